// Prefill product Y = X W^T in float32. An invocation owns eight rows and eight tokens; no workgroup memory.
// The weights are decoded by quads: whole blocks, kept in an array, took SwiftShader seconds to compile. Slots `codec` and `rows`.
//#import codec/decode
//#import rows
//#import lib/product/epilogue
struct Params {
  rows: u32, cols: u32, base_row: u32, plane1: u32, plane2: u32, plane3: u32,
  accumulate: u32, has_bias: u32, bias_at: u32, scale: f32, cap: f32, at: u32, stride: u32,
  slab_rows: u32, expert_rows: u32, partner: u32, pairs_per_row: u32, pairs_at: u32,
  first_workgroup: u32, first_expert: u32,
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
  let place = wid + vec3u(params.first_workgroup, 0u, params.first_expert);
  let row0 = (place.x * 32u + invocation) * 8u;
  let tile = tile_at(place, 8u);
  let token0 = tile.first;
  if (row0 >= params.rows || token0 >= tile.end) { return; }
  let quads = params.cols / 4u;
  // Rows and tokens beyond the last repeat it and are not stored.
  let upper = weight_rows(tile, row0 + vec4u(0u, 1u, 2u, 3u));
  let lower = weight_rows(tile, row0 + vec4u(4u, 5u, 6u, 7u));
  var rows = array(upper.x, upper.y, upper.z, upper.w, lower.x, lower.y, lower.z, lower.w);
  var decoded: array<vec4f, 8>;
  let early = sources(tile, token0 + vec4u(0u, 1u, 2u, 3u)) * quads;
  let late = sources(tile, token0 + vec4u(4u, 5u, 6u, 7u)) * quads;
  var p00 = mat4x4f();
  var p01 = mat4x4f();
  var p10 = mat4x4f();
  var p11 = mat4x4f();
  for (var i = 0u; i < quads; i++) {
    // A loop, so that the codec is compiled once.
    for (var r = 0u; r < 8u; r++) { decoded[r] = decode4(rows[r] * quads + i); }
    let m = quad_of(early, i);
    let n = quad_of(late, i);
    p00 += products(decoded[0], decoded[1], decoded[2], decoded[3], m);
    p01 += products(decoded[0], decoded[1], decoded[2], decoded[3], n);
    p10 += products(decoded[4], decoded[5], decoded[6], decoded[7], m);
    p11 += products(decoded[4], decoded[5], decoded[6], decoded[7], n);
  }
  store(p00, tile, row0, token0);
  store(p01, tile, row0, token0 + 4u);
  store(p10, tile, row0 + 4u, token0);
  store(p11, tile, row0 + 4u, token0 + 4u);
}
