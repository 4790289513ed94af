// Y = X W^T for many tokens: an invocation owns ROWS rows x TOKENS tokens and decodes each weight once for them.
//#import codec/decode
//#import lib/epilogue
struct Params {
  rows: u32, cols: u32, first_row: u32, plane1: u32, plane2: u32, plane3: u32,
  accumulate: u32, has_bias: u32, scale: f32, cap: f32, at: u32, stride: u32,
}
@group(0) @binding(0) var<storage, read> w4: array<vec4u>;
@group(0) @binding(1) var<storage, read> w: array<u32>;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read> state: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;
@group(0) @binding(5) var<storage, read> points: array<u32>;
@group(0) @binding(6) var<storage, read> bias: array<f32>;
@group(0) @binding(7) var<uniform> params: Params;

const ROWS: u32 = 4u;
const TOKENS: u32 = 4u;

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row0 = (wid.x * 32u + lane) * ROWS;
  let token0 = wid.y * TOKENS;
  let tokens = state[1];
  if (row0 >= params.rows || token0 >= tokens) { return; }
  let quads = params.cols / 4u;
  var acc: array<array<f32, TOKENS>, ROWS>;
  if (params.cols % 32u == 0u) {
    for (var g = 0u; g < quads / 8u; g++) {
      for (var r = 0u; r < ROWS; r++) {
        var q = decode32(min(row0 + r, params.rows - 1u) * (quads / 8u) + g);
        for (var t = 0u; t < TOKENS; t++) {
          let start = min(token0 + t, tokens - 1u) * quads + g * 8u;
          var sum = q[0] * x[start];
          for (var i = 1u; i < 8u; i++) { sum += q[i] * x[start + i]; }
          acc[r][t] += dot(sum, vec4f(1.0));
        }
      }
    }
  } else {
    for (var i = 0u; i < quads; i++) {
      for (var r = 0u; r < ROWS; r++) {
        let q = decode4(min(row0 + r, params.rows - 1u) * quads + i);
        for (var t = 0u; t < TOKENS; t++) { acc[r][t] += dot(q, x[min(token0 + t, tokens - 1u) * quads + i]); }
      }
    }
  }
  for (var r = 0u; r < ROWS; r++) {
    for (var t = 0u; t < TOKENS; t++) {
      if (row0 + r < params.rows && token0 + t < tokens) {
        finish(acc[r][t], row0 + r, (token0 + t) * params.stride + params.at + params.first_row + row0 + r);
      }
    }
  }
}
