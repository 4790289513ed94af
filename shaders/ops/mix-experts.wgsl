// x += scale * the sum of a token's expert outputs, weighted by routing_weights.
//#import lib/grid
struct Params { quads: u32, used: u32, scale: f32, }
@group(0) @binding(0) var<storage, read> parts: array<vec4f>;
@group(0) @binding(1) var<storage, read> routing_weights: array<f32>;
@group(0) @binding(2) var<storage, read> state: array<u32>;
@group(0) @binding(3) var<storage, read_write> x: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let i = linear_workgroup(wid) * 64u + invocation;
  if (i >= params.quads * state[1]) { return; }
  let first = i / params.quads * params.used;
  var sum = vec4f();
  for (var pair = first; pair < first + params.used; pair++) {
    sum += routing_weights[pair] * parts[pair * params.quads + i % params.quads];
  }
  x[i] += params.scale * sum;
}
