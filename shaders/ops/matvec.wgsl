// y = W x for one token; the lanes of a workgroup walk the columns of ROWS rows together.
//#import lanes
//#import lib/grid
//#import codec/decode
//#import lib/epilogue
struct Params {
  rows: u32, cols: u32, first_row: u32, plane1: u32, plane2: u32, plane3: u32,
  accumulate: u32, has_bias: u32, scale: f32, cap: f32, at: u32,
}
@group(0) @binding(0) var<storage, read> w4: array<vec4u>;
@group(0) @binding(1) var<storage, read> w: array<u32>;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<storage, read> points: array<u32>;
@group(0) @binding(5) var<storage, read> bias: array<f32>;
@group(0) @binding(6) var<uniform> params: Params;

override LANES: u32 = 64u;
const ROWS: u32 = 4u;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row0 = linear_workgroup(wid) * ROWS;
  if (row0 >= params.rows) { return; }
  var acc: array<f32, ROWS>;
  if (params.cols % 32u == 0u) {
    let groups = params.cols / 32u;
    for (var g = lane; g < groups; g += LANES) {
      var v: array<vec4f, 8>;
      for (var i = 0u; i < 8u; i++) { v[i] = x[g * 8u + i]; }
      for (var r = 0u; r < ROWS; r++) {
        var q = decode32(min(row0 + r, params.rows - 1u) * groups + g);
        var sum = q[0] * v[0];
        for (var i = 1u; i < 8u; i++) { sum += q[i] * v[i]; }
        acc[r] += dot(sum, vec4f(1.0));
      }
    }
  } else {
    let quads = params.cols / 4u;
    for (var i = lane; i < quads; i += LANES) {
      for (var r = 0u; r < ROWS; r++) { acc[r] += dot(decode4(min(row0 + r, params.rows - 1u) * quads + i), x[i]); }
    }
  }
  for (var r = 0u; r < ROWS; r++) {
    let sum = lane_sum(acc[r], lane);
    if (lane == 0u && row0 + r < params.rows) { finish(sum, row0 + r, params.at + params.first_row + row0 + r); }
  }
}
