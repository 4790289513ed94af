enable subgroups;
// An emulated subgroup is a workgroup of hardware subgroups of any size: each reduces its own values, and workgroup
// memory combines the results. Assumes that invocations are assigned in order, which the self-test checks
// (ops/subgroup-sums).
var<workgroup> subgroup_values: array<vec4f, SUBGROUP_SIZE>;

// Size of the hardware subgroup. All its invocations are active.
fn hardware_size() -> u32 { return subgroupAdd(1u); }
fn gather_subgroups(own: vec4f, invocation: u32, size: u32) {
  workgroupBarrier();
  if (invocation % size == 0u) { subgroup_values[invocation / size] = own; }
  workgroupBarrier();
}
fn subgroup_sum4(x: vec4f, invocation: u32) -> vec4f {
  let size = hardware_size();
  gather_subgroups(subgroupAdd(x), invocation, size);
  var sum = subgroup_values[0];
  for (var s = 1u; s < SUBGROUP_SIZE / size; s++) { sum += subgroup_values[s]; }
  return sum;
}
fn subgroup_max4(x: vec4f, invocation: u32) -> vec4f {
  let size = hardware_size();
  gather_subgroups(subgroupMax(x), invocation, size);
  var maximum = subgroup_values[0];
  for (var s = 1u; s < SUBGROUP_SIZE / size; s++) { maximum = max(maximum, subgroup_values[s]); }
  return maximum;
}
fn subgroup_sum(x: f32, invocation: u32) -> f32 { return subgroup_sum4(vec4f(x), invocation).x; }
fn subgroup_max(x: f32, invocation: u32) -> f32 { return subgroup_max4(vec4f(x), invocation).x; }
fn subgroup_broadcast(x: f32, invocation: u32, source: u32) -> f32 {
  workgroupBarrier();
  subgroup_values[invocation].x = x;
  workgroupBarrier();
  return subgroup_values[source].x;
}
