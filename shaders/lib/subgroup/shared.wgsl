// Lanes through workgroup memory, for devices without subgroups or with subgroups of varying size: a team is a workgroup.
var<workgroup> lane_values: array<vec4f, LANES>;

fn lane_sum4(x: vec4f, lane: u32) -> vec4f {
  workgroupBarrier();
  lane_values[lane] = x;
  workgroupBarrier();
  for (var s = LANES / 2u; s > 0u; s /= 2u) {
    if (lane < s) { lane_values[lane] += lane_values[lane + s]; }
    workgroupBarrier();
  }
  return workgroupUniformLoad(&lane_values[0]);
}
fn lane_max4(x: vec4f, lane: u32) -> vec4f {
  workgroupBarrier();
  lane_values[lane] = x;
  workgroupBarrier();
  for (var s = LANES / 2u; s > 0u; s /= 2u) {
    if (lane < s) { lane_values[lane] = max(lane_values[lane], lane_values[lane + s]); }
    workgroupBarrier();
  }
  return workgroupUniformLoad(&lane_values[0]);
}
fn lane_sum(x: f32, lane: u32) -> f32 { return lane_sum4(vec4f(x), lane).x; }
fn lane_max(x: f32, lane: u32) -> f32 { return lane_max4(vec4f(x), lane).x; }
fn lane_broadcast(x: f32, lane: u32, source: u32) -> f32 {
  workgroupBarrier();
  lane_values[lane].x = x;
  return workgroupUniformLoad(&lane_values[source]).x;
}
