// Prefill product Y = X W^T in float32. An invocation owns eight rows and eight tokens; no workgroup memory.
// Slots `codec` and `rows`.
//#import codec/codes
//#import rows
//#import lib/product/epilogue
struct Params {
  rows: u32, cols: u32, base_row: u32, plane1: u32, plane2: u32, plane3: u32,
  accumulate: u32, has_bias: u32, bias_at: u32, scale: f32, cap: f32, at: u32, stride: u32,
  slab_rows: u32, expert_rows: u32, partner: u32, pairs_per_row: u32, pairs_at: u32,
}
@group(0) @binding(0) var<storage, read> w4: array<vec4u>;
@group(0) @binding(1) var<storage, read> w: array<u32>;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read> scales: array<vec2u>;
@group(0) @binding(4) var<storage, read> batch: array<u32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;
@group(0) @binding(6) var<storage, read> points: array<u32>;
@group(0) @binding(7) var<storage, read> bias: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

// Products of a quad of four rows and four tokens: column r, component t.
fn products(a: vec4f, b: vec4f, c: vec4f, d: vec4f, tokens: mat4x4f) -> mat4x4f {
  return mat4x4f(a * tokens, b * tokens, c * tokens, d * tokens);
}
// Quad i of four tokens.
fn quad_of(starts: vec4u, i: u32) -> mat4x4f {
  return mat4x4f(x[starts.x + i], x[starts.y + i], x[starts.z + i], x[starts.w + i]);
}
fn store(products: mat4x4f, tile: Tile, row0: u32, token0: u32) {
  for (var t = 0u; t < 4u; t++) {
    if (token0 + t >= tile.end) { return; }
    let at = target_row(token0 + t) * params.stride + params.at;
    for (var row = row0; row < row0 + 4u; row++) {
      if (is_stored(tile, row)) { finish(products[row - row0][t], row, at + row); }
    }
  }
}

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let row0 = (wid.x * 32u + invocation) * 8u;
  let tile = tile_at(wid, 8u);
  let token0 = tile.first;
  if (row0 >= params.rows || token0 >= tile.end) { return; }
  let quads = params.cols / 4u;
  // Rows and tokens beyond the last repeat it and are not stored.
  let upper = weight_rows(tile, row0 + vec4u(0u, 1u, 2u, 3u));
  let lower = weight_rows(tile, row0 + vec4u(4u, 5u, 6u, 7u));
  var rows = array(upper.x, upper.y, upper.z, upper.w, lower.x, lower.y, lower.z, lower.w);
  var decoded: array<array<vec4f, 8>, 8>;
  let early = sources(tile, token0 + vec4u(0u, 1u, 2u, 3u)) * quads;
  let late = sources(tile, token0 + vec4u(4u, 5u, 6u, 7u)) * quads;
  var p00 = mat4x4f();
  var p01 = mat4x4f();
  var p10 = mat4x4f();
  var p11 = mat4x4f();
  if (params.cols % 32u == 0u) {
    let groups = quads / 8u;
    for (var g = 0u; g < groups; g++) {
      // A loop, so that the codec is compiled once.
      for (var r = 0u; r < 8u; r++) { decoded[r] = weights32(rows[r] * groups + g); }
      let q = g * 8u;
      let m0 = quad_of(early, q + 0u);
      let n0 = quad_of(late, q + 0u);
      p00 += products(decoded[0][0], decoded[1][0], decoded[2][0], decoded[3][0], m0);
      p01 += products(decoded[0][0], decoded[1][0], decoded[2][0], decoded[3][0], n0);
      p10 += products(decoded[4][0], decoded[5][0], decoded[6][0], decoded[7][0], m0);
      p11 += products(decoded[4][0], decoded[5][0], decoded[6][0], decoded[7][0], n0);
      let m1 = quad_of(early, q + 1u);
      let n1 = quad_of(late, q + 1u);
      p00 += products(decoded[0][1], decoded[1][1], decoded[2][1], decoded[3][1], m1);
      p01 += products(decoded[0][1], decoded[1][1], decoded[2][1], decoded[3][1], n1);
      p10 += products(decoded[4][1], decoded[5][1], decoded[6][1], decoded[7][1], m1);
      p11 += products(decoded[4][1], decoded[5][1], decoded[6][1], decoded[7][1], n1);
      let m2 = quad_of(early, q + 2u);
      let n2 = quad_of(late, q + 2u);
      p00 += products(decoded[0][2], decoded[1][2], decoded[2][2], decoded[3][2], m2);
      p01 += products(decoded[0][2], decoded[1][2], decoded[2][2], decoded[3][2], n2);
      p10 += products(decoded[4][2], decoded[5][2], decoded[6][2], decoded[7][2], m2);
      p11 += products(decoded[4][2], decoded[5][2], decoded[6][2], decoded[7][2], n2);
      let m3 = quad_of(early, q + 3u);
      let n3 = quad_of(late, q + 3u);
      p00 += products(decoded[0][3], decoded[1][3], decoded[2][3], decoded[3][3], m3);
      p01 += products(decoded[0][3], decoded[1][3], decoded[2][3], decoded[3][3], n3);
      p10 += products(decoded[4][3], decoded[5][3], decoded[6][3], decoded[7][3], m3);
      p11 += products(decoded[4][3], decoded[5][3], decoded[6][3], decoded[7][3], n3);
      let m4 = quad_of(early, q + 4u);
      let n4 = quad_of(late, q + 4u);
      p00 += products(decoded[0][4], decoded[1][4], decoded[2][4], decoded[3][4], m4);
      p01 += products(decoded[0][4], decoded[1][4], decoded[2][4], decoded[3][4], n4);
      p10 += products(decoded[4][4], decoded[5][4], decoded[6][4], decoded[7][4], m4);
      p11 += products(decoded[4][4], decoded[5][4], decoded[6][4], decoded[7][4], n4);
      let m5 = quad_of(early, q + 5u);
      let n5 = quad_of(late, q + 5u);
      p00 += products(decoded[0][5], decoded[1][5], decoded[2][5], decoded[3][5], m5);
      p01 += products(decoded[0][5], decoded[1][5], decoded[2][5], decoded[3][5], n5);
      p10 += products(decoded[4][5], decoded[5][5], decoded[6][5], decoded[7][5], m5);
      p11 += products(decoded[4][5], decoded[5][5], decoded[6][5], decoded[7][5], n5);
      let m6 = quad_of(early, q + 6u);
      let n6 = quad_of(late, q + 6u);
      p00 += products(decoded[0][6], decoded[1][6], decoded[2][6], decoded[3][6], m6);
      p01 += products(decoded[0][6], decoded[1][6], decoded[2][6], decoded[3][6], n6);
      p10 += products(decoded[4][6], decoded[5][6], decoded[6][6], decoded[7][6], m6);
      p11 += products(decoded[4][6], decoded[5][6], decoded[6][6], decoded[7][6], n6);
      let m7 = quad_of(early, q + 7u);
      let n7 = quad_of(late, q + 7u);
      p00 += products(decoded[0][7], decoded[1][7], decoded[2][7], decoded[3][7], m7);
      p01 += products(decoded[0][7], decoded[1][7], decoded[2][7], decoded[3][7], n7);
      p10 += products(decoded[4][7], decoded[5][7], decoded[6][7], decoded[7][7], m7);
      p11 += products(decoded[4][7], decoded[5][7], decoded[6][7], decoded[7][7], n7);
    }
  } else {
    for (var i = 0u; i < quads; i++) {
      let m = quad_of(early, i);
      let n = quad_of(late, i);
      let a = decode4(upper.x * quads + i);
      let b = decode4(upper.y * quads + i);
      let c = decode4(upper.z * quads + i);
      let d = decode4(upper.w * quads + i);
      p00 += products(a, b, c, d, m);
      p01 += products(a, b, c, d, n);
      let e = decode4(lower.x * quads + i);
      let f = decode4(lower.y * quads + i);
      let h = decode4(lower.z * quads + i);
      let k = decode4(lower.w * quads + i);
      p10 += products(e, f, h, k, m);
      p11 += products(e, f, h, k, n);
    }
  }
  store(p00, tile, row0, token0);
  store(p01, tile, row0, token0 + 4u);
  store(p10, tile, row0 + 4u, token0);
  store(p11, tile, row0 + 4u, token0 + 4u);
}
