// Y = X W^T for many tokens by integers: an invocation owns four rows and eight tokens, without workgroup memory. `x`
// and `heads` are what ops/quantize-rows made of the activations.
//#import lib/int8
//#import lib/epilogue
struct Params {
  rows: u32, cols: u32, base_row: u32, plane1: u32, plane2: u32, plane3: u32,
  accumulate: u32, has_bias: u32, bias_at: u32, scale: f32, cap: f32, at: u32, stride: u32,
}
@group(0) @binding(0) var<storage, read> w4: array<vec4u>;
@group(0) @binding(1) var<storage, read> w: array<u32>;
@group(0) @binding(2) var<storage, read> x: array<vec4u>;
@group(0) @binding(3) var<storage, read> heads: array<vec2u>;
@group(0) @binding(4) var<storage, read> state: array<u32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;
@group(0) @binding(6) var<storage, read> points: array<u32>;
@group(0) @binding(7) var<storage, read> bias: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

fn weigh_rows(rows: array<Codes, 4>, block: u32) -> vec4f {
  let lo = x[block * 2u];
  let hi = x[block * 2u + 1u];
  let head = heads[block];
  let sums = head_sums(head);
  return head_step(head) * vec4f(weigh_codes(rows[0], lo, hi, sums), weigh_codes(rows[1], lo, hi, sums),
    weigh_codes(rows[2], lo, hi, sums), weigh_codes(rows[3], lo, hi, sums));
}
fn store(sums: vec4f, row0: u32, token: u32) {
  if (token >= state[1]) { return; }
  for (var r = 0u; r < 4u; r++) {
    if (row0 + r < params.rows) { finish(sums[r], row0 + r, token * params.stride + params.at + row0 + r); }
  }
}

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row0 = (wid.x * 32u + lane) * 4u;
  let token0 = wid.y * 8u;
  if (row0 >= params.rows || token0 >= state[1]) { return; }
  let groups = params.cols / 32u;
  // Rows and tokens beyond the last are computed as the last and not stored.
  let row = (min(row0 + vec4u(0u, 1u, 2u, 3u), vec4u(params.rows - 1u)) + params.base_row) * groups;
  let early = min(token0 + vec4u(0u, 1u, 2u, 3u), vec4u(state[1] - 1u)) * groups;
  let late = min(token0 + vec4u(4u, 5u, 6u, 7u), vec4u(state[1] - 1u)) * groups;
  var s0 = vec4f();
  var s1 = vec4f();
  var s2 = vec4f();
  var s3 = vec4f();
  var s4 = vec4f();
  var s5 = vec4f();
  var s6 = vec4f();
  var s7 = vec4f();
  for (var g = 0u; g < groups; g++) {
    // In a loop, so that a codec is compiled once.
    var rows: array<Codes, 4>;
    for (var r = 0u; r < 4u; r++) { rows[r] = codes32(row[r] + g); }
    s0 += weigh_rows(rows, early.x + g);
    s1 += weigh_rows(rows, early.y + g);
    s2 += weigh_rows(rows, early.z + g);
    s3 += weigh_rows(rows, early.w + g);
    s4 += weigh_rows(rows, late.x + g);
    s5 += weigh_rows(rows, late.y + g);
    s6 += weigh_rows(rows, late.z + g);
    s7 += weigh_rows(rows, late.w + g);
  }
  store(s0, row0, token0);
  store(s1, row0, token0 + 1u);
  store(s2, row0, token0 + 2u);
  store(s3, row0, token0 + 3u);
  store(s4, row0, token0 + 4u);
  store(s5, row0, token0 + 5u);
  store(s6, row0, token0 + 6u);
  store(s7, row0, token0 + 7u);
}
