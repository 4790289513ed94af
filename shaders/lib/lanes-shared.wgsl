// Lanes through workgroup memory, for devices without subgroups or with subgroups of varying size.
var<workgroup> lane_values: array<f32, LANES>;

fn lane_sum(x: f32, lane: u32) -> f32 {
  workgroupBarrier();
  lane_values[lane] = x;
  workgroupBarrier();
  for (var s = LANES / 2u; s > 0u; s /= 2u) {
    if (lane < s) { lane_values[lane] += lane_values[lane + s]; }
    workgroupBarrier();
  }
  return workgroupUniformLoad(&lane_values[0]);
}
fn lane_max(x: f32, lane: u32) -> f32 {
  workgroupBarrier();
  lane_values[lane] = x;
  workgroupBarrier();
  for (var s = LANES / 2u; s > 0u; s /= 2u) {
    if (lane < s) { lane_values[lane] = max(lane_values[lane], lane_values[lane + s]); }
    workgroupBarrier();
  }
  return workgroupUniformLoad(&lane_values[0]);
}
fn lane_broadcast(x: f32, lane: u32, source: u32) -> f32 {
  workgroupBarrier();
  lane_values[lane] = x;
  return workgroupUniformLoad(&lane_values[source]);
}
