// y = W[e] x for the experts of a decode step, with a fused RMS norm of x (NORM). MIX: y += scale * the sum over
// experts, weighted by routing_weights, in one workgroup; otherwise each expert has a row of y and a row of the grid.
// GATED: rows of an expert are gates, and row r + partner is the up projection of gate r. A workgroup computes `tiles`
// sets of rows. A stack of experts in several slabs has a dispatch per slab. Slots `dot` and `activation`.
//#import dot
//#import activation
//#import lib/component
//#import subgroup
struct Params {
  rows: u32, cols: u32, first_row: u32, plane1: u32, plane2: u32, plane3: u32,
  expert_rows: u32, used: u32, at: u32, stride: u32, scale: f32, epsilon: f32, tiles: u32, partner: u32,
  first_workgroup: u32,
}
@group(0) @binding(0) var<storage, read> w4: array<vec4u>;
@group(0) @binding(1) var<storage, read> w: array<u32>;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read> norm: array<vec4f>;
@group(0) @binding(4) var<storage, read> chosen: array<u32>;
@group(0) @binding(5) var<storage, read> routing_weights: array<f32>;
@group(0) @binding(6) var<storage, read_write> y: array<f32>;
@group(0) @binding(7) var<storage, read> points: array<u32>;
@group(0) @binding(8) var<uniform> params: Params;

override SUBGROUP_SIZE: u32 = 64u;
override SUBGROUPS: u32 = 1u;
override NORM: bool = false;
override GATED: bool = false;
override MIX: bool = false;
override OUTPUT_ROWS: u32 = select(4u, 2u, GATED);
// First quad of the row of x: one row per expert with MIX, else one for all.
var<private> x_at: u32;

@compute @workgroup_size(SUBGROUP_SIZE * SUBGROUPS)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) thread: u32) {
  let invocation = thread % SUBGROUP_SIZE;
  let subgroup_index = thread / SUBGROUP_SIZE;
  let ahead = select(vec4u(0u, 1u, 2u, 3u), vec4u(0u, 1u, params.partner, params.partner + 1u), GATED);
  let first = select(wid.y, 0u, MIX);
  let end = select(wid.y + 1u, params.used, MIX);
  for (var n = first; n < end; n++) {
    x_at = select(0u, n * (params.cols / 4u), MIX);
    if (n > first) { workgroupBarrier(); }
    stage(thread);
    // Rows before the slab wrap around to large numbers.
    let expert0 = chosen[n] * params.expert_rows - params.first_row;
    let first_tile = (params.first_workgroup + wid.x) * params.tiles;
    for (var tile = first_tile; tile < first_tile + params.tiles; tile++) {
      if (tile * SUBGROUPS * OUTPUT_ROWS >= params.expert_rows) { break; }
      let out0 = (tile * SUBGROUPS + subgroup_index) * OUTPUT_ROWS;
      // Rows outside the slab are clamped to its last and not stored.
      let sums = row_products(min(expert0 + out0 + ahead, vec4u(params.rows - 1u)), invocation);
      let out = out0 + invocation;
      if (invocation < OUTPUT_ROWS && out < params.expert_rows && expert0 + out < params.rows) {
        var sum = component(sums, invocation);
        if (GATED) { sum = activate(vec4f(sum)).x * component(sums, invocation + 2u); }
        if (MIX) {
          y[out] += params.scale * routing_weights[n] * sum;
        } else {
          y[n * params.stride + params.at + out] = sum;
        }
      }
    }
  }
}
