// Planes of a checkpoint of another quantizer -> f32, four weights per invocation. Slot `decoder`: the arithmetic.
//#import lib/grid
//#import lib/float/rounding-exact
//#import decoder
// Planes lie one after the other in `planes`: codes, four a word, then at these words scales, offsets, the group of each column
// and the values of codes. `first` is the first weight, `cols` the weights and `groups` the scales of a piece.
struct Params {
  quads: u32,
  first: u32,
  cols: u32,
  groups: u32,
  scales_at: u32,
  offsets_at: u32,
  groups_at: u32,
  values_at: u32,
  zero: u32,
}
@group(0) @binding(0) var<storage, read> planes: array<u32>;
@group(0) @binding(1) var<storage, read_write> x: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

fn codes4(at: vec4u) -> vec4u {
  let words = vec4u(planes[at.x / 4u], planes[at.y / 4u], planes[at.z / 4u], planes[at.w / 4u]);
  return (words >> (8u * (at & vec4u(3u)))) & vec4u(255u);
}
// Words of a plane as floats.
fn floats4(plane: u32, at: vec4u) -> vec4f {
  let a = at + vec4u(plane);
  return bitcast<vec4f>(vec4u(planes[a.x], planes[a.y], planes[a.z], planes[a.w]));
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let quad = linear_workgroup(wid) * 64u + invocation;
  if (quad >= params.quads) { return; }
  let at = vec4u(params.first + 4u * quad) + vec4u(0u, 1u, 2u, 3u);
  let piece = at / params.cols;
  let col = at - piece * params.cols + vec4u(params.groups_at);
  let group = vec4u(planes[col.x], planes[col.y], planes[col.z], planes[col.w]);
  x[quad] = decoded4(codes4(at), piece * params.groups + group);
}
