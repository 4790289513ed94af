// y = W[e] x for the experts that tokens chose: a row of the grid is one token with one of its experts. A stack of
// experts that is split by rows runs once per slab; each takes the rows it holds.
//#import lanes
//#import codec/decode
struct Params {
  rows: u32, cols: u32, first_row: u32, plane1: u32, plane2: u32, plane3: u32,
  expert_rows: u32, pairs_per_row: u32, at: u32, stride: u32,
}
@group(0) @binding(0) var<storage, read> w4: array<vec4u>;
@group(0) @binding(1) var<storage, read> w: array<u32>;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read> chosen: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;
@group(0) @binding(5) var<storage, read> points: array<u32>;
@group(0) @binding(6) var<uniform> params: Params;

override LANES: u32 = 64u;
const ROWS: u32 = 4u;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let pair = wid.y;
  let row0 = wid.x * ROWS;
  // Rows of this slab; those before it wrap around to numbers that are too large.
  let slab_row = chosen[pair] * params.expert_rows + row0 - params.first_row;
  let quads = params.cols / 4u;
  let start = pair / params.pairs_per_row * quads;
  var acc: array<f32, ROWS>;
  for (var i = lane; i < quads; i += LANES) {
    let v = x[start + i];
    for (var r = 0u; r < ROWS; r++) {
      if (slab_row + r < params.rows) { acc[r] += dot(decode4((slab_row + r) * quads + i), v); }
    }
  }
  for (var r = 0u; r < ROWS; r++) {
    let sum = lane_sum(acc[r], lane);
    if (lane == 0u && row0 + r < params.expert_rows && slab_row + r < params.rows) {
      y[pair * params.stride + params.at + row0 + r] = sum;
    }
  }
}
