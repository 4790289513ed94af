// Routes a token to its experts: top-k of the router logits, with a softmax over the chosen ones as routing weights.
// One token per workgroup; the lower expert wins ties.
//#import subgroup
struct Params { experts: u32, used: u32, }
@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read_write> chosen: array<u32>;
@group(0) @binding(2) var<storage, read_write> routing_weights: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

override SUBGROUP_SIZE: u32 = 64u;
const MAX_USED: u32 = 32u;
const LOWEST: f32 = -3.0e38;

@compute @workgroup_size(SUBGROUP_SIZE)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let row = wid.x * params.experts;
  var ids: array<u32, MAX_USED>;
  var values: array<f32, MAX_USED>;
  for (var n = 0u; n < params.used; n++) {
    var best = LOWEST;
    var best_id = params.experts;
    for (var e = invocation; e < params.experts; e += SUBGROUP_SIZE) {
      var taken = false;
      for (var i = 0u; i < n; i++) { taken = taken || ids[i] == e; }
      if (!taken && logits[row + e] > best) {
        best = logits[row + e];
        best_id = e;
      }
    }
    let top = subgroup_max(best, invocation);
    // Lowest id with the top logit. Ids are exact as floats.
    let id = -subgroup_max(select(LOWEST, -f32(best_id), best == top && best_id < params.experts), invocation);
    ids[n] = u32(id);
    values[n] = top;
  }
  var sum = 0.0;
  for (var n = 0u; n < params.used; n++) { sum += exp(values[n] - values[0]); }
  if (invocation == 0u) {
    for (var n = 0u; n < params.used; n++) {
      chosen[wid.x * params.used + n] = ids[n];
      routing_weights[wid.x * params.used + n] = exp(values[n] - values[0]) / sum;
    }
  }
}
