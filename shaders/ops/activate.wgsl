// hidden = activate(hidden), in place. Slot `activation`.
//#import lib/grid
//#import activation
struct Params { quads: u32, }
@group(0) @binding(0) var<storage, read> state: array<u32>;
@group(0) @binding(1) var<storage, read_write> hidden: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let i = linear_workgroup(wid) * 64u + invocation;
  if (i >= params.quads * state[1]) { return; }
  hidden[i] = activate(hidden[i]);
}
