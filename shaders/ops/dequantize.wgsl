// Device planes -> f32, four weights per invocation. Slots `codec` and `rounding`.
//#import lib/grid
//#import codec/decode
struct Params { quads: u32, first_quad: u32, plane1: u32, plane2: u32, plane3: u32, zero: u32, }
@group(0) @binding(0) var<storage, read> w4: array<vec4u>;
@group(0) @binding(1) var<storage, read> w: array<u32>;
@group(0) @binding(2) var<storage, read_write> x: array<vec4f>;
@group(0) @binding(3) var<storage, read> points: array<u32>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let quad = linear_workgroup(wid) * 64u + invocation;
  if (quad < params.quads) { x[quad] = decode4(params.first_quad + quad); }
}
