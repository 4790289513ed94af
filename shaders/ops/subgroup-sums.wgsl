// Self-test of the subgroup operations: each invocation writes the sum, the maximum and the value of invocation 3 of
// its subgroup.
//#import subgroup
struct Params { seed: u32, zero: u32 }
@group(0) @binding(0) var<storage, read_write> found: array<vec4f>;
@group(0) @binding(1) var<uniform> params: Params;

override SUBGROUP_SIZE: u32 = 64u;
override SUBGROUPS: u32 = 1u;

@compute @workgroup_size(SUBGROUP_SIZE * SUBGROUPS)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) thread: u32) {
  let invocation = thread % SUBGROUP_SIZE;
  let at = wid.x * SUBGROUP_SIZE * SUBGROUPS + thread;
  let value = f32((at * 37u + params.seed) % 61u);
  // A loop, as in the kernels.
  var out = vec4f();
  for (var i = 0u; i <= params.zero; i++) {
    out = vec4f(subgroup_sum(value, invocation), subgroup_max(value, invocation), subgroup_broadcast(value, invocation, 3u),
      subgroup_sum4(vec4f(1.0, value, 0.0, 0.0), invocation).x);
  }
  found[at] = out;
}
