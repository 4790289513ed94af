enable subgroups;
// A team is a workgroup of several subgroups, of whatever size the device chose for this kernel: each adds up its own, and
// workgroup memory takes one value of each. Lanes lie in subgroups in order, which the self-test checks (ops/subgroup-sums).
var<workgroup> lane_values: array<vec4f, LANES>;

// Lanes of this subgroup: all of them take part.
fn subgroup_lanes() -> u32 { return subgroupAdd(1u); }
fn gather_lanes(own: vec4f, lane: u32, size: u32) {
  workgroupBarrier();
  if (lane % size == 0u) { lane_values[lane / size] = own; }
  workgroupBarrier();
}
fn lane_sum4(x: vec4f, lane: u32) -> vec4f {
  let size = subgroup_lanes();
  gather_lanes(subgroupAdd(x), lane, size);
  var sum = lane_values[0];
  for (var s = 1u; s < LANES / size; s++) { sum += lane_values[s]; }
  return sum;
}
fn lane_max4(x: vec4f, lane: u32) -> vec4f {
  let size = subgroup_lanes();
  gather_lanes(subgroupMax(x), lane, size);
  var most = lane_values[0];
  for (var s = 1u; s < LANES / size; s++) { most = max(most, lane_values[s]); }
  return most;
}
fn lane_sum(x: f32, lane: u32) -> f32 { return lane_sum4(vec4f(x), lane).x; }
fn lane_max(x: f32, lane: u32) -> f32 { return lane_max4(vec4f(x), lane).x; }
fn lane_broadcast(x: f32, lane: u32, source: u32) -> f32 {
  workgroupBarrier();
  lane_values[lane].x = x;
  workgroupBarrier();
  return lane_values[source].x;
}
