// An emulated subgroup is a workgroup that reduces in workgroup memory. For devices without subgroups, or whose
// hardware subgroups fail the self-test.
var<workgroup> subgroup_values: array<vec4f, SUBGROUP_SIZE>;

fn subgroup_sum4(x: vec4f, invocation: u32) -> vec4f {
  workgroupBarrier();
  subgroup_values[invocation] = x;
  workgroupBarrier();
  for (var s = SUBGROUP_SIZE / 2u; s > 0u; s /= 2u) {
    if (invocation < s) { subgroup_values[invocation] += subgroup_values[invocation + s]; }
    workgroupBarrier();
  }
  return workgroupUniformLoad(&subgroup_values[0]);
}
fn subgroup_max4(x: vec4f, invocation: u32) -> vec4f {
  workgroupBarrier();
  subgroup_values[invocation] = x;
  workgroupBarrier();
  for (var s = SUBGROUP_SIZE / 2u; s > 0u; s /= 2u) {
    if (invocation < s) { subgroup_values[invocation] = max(subgroup_values[invocation], subgroup_values[invocation + s]); }
    workgroupBarrier();
  }
  return workgroupUniformLoad(&subgroup_values[0]);
}
fn subgroup_sum(x: f32, invocation: u32) -> f32 { return subgroup_sum4(vec4f(x), invocation).x; }
fn subgroup_max(x: f32, invocation: u32) -> f32 { return subgroup_max4(vec4f(x), invocation).x; }
fn subgroup_broadcast(x: f32, invocation: u32, source: u32) -> f32 {
  workgroupBarrier();
  subgroup_values[invocation].x = x;
  return workgroupUniformLoad(&subgroup_values[source]).x;
}
