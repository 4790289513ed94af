// hidden = activate(gate) * up. A row of gate_up holds the gates, then the up projections. Slot `activation`.
//#import lib/grid
//#import activation
struct Params { quads: u32, rows_per_token: u32, }
@group(0) @binding(0) var<storage, read> gate_up: array<vec4f>;
@group(0) @binding(1) var<storage, read> state: array<u32>;
@group(0) @binding(2) var<storage, read_write> hidden: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let i = linear_workgroup(wid) * 64u + invocation;
  if (i >= params.quads * params.rows_per_token * state[1]) { return; }
  let gate = i / params.quads * 2u * params.quads + i % params.quads;
  hidden[i] = activate(gate_up[gate]) * gate_up[gate + params.quads];
}
