// Writes rows of the token embedding to x or, if `positions` is set, adds rows of the position table. A tensor in
// several slabs has a dispatch per slab, which handles the rows of the slab.
//#import codec/decode
struct Params {
  cols: u32, first_row: u32, rows: u32, plane1: u32, plane2: u32, plane3: u32, scale: f32, positions: u32,
}
@group(0) @binding(0) var<storage, read> w4: array<vec4u>;
@group(0) @binding(1) var<storage, read> w: array<u32>;
@group(0) @binding(2) var<storage, read> tokens: array<u32>;
@group(0) @binding(3) var<storage, read> state: array<u32>;
@group(0) @binding(4) var<storage, read_write> x: array<vec4f>;
@group(0) @binding(5) var<storage, read> points: array<u32>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u) {
  let quads = params.cols / 4u;
  let row = select(tokens[gid.y], state[0] + gid.y, params.positions == 1u) - params.first_row;
  if (gid.x >= quads || row >= params.rows) { return; }
  let at = gid.y * quads + gid.x;
  x[at] = select(vec4f(), x[at], params.positions == 1u) + params.scale * decode4(row * quads + gid.x);
}
