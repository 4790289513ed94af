// Truncation over the whole vocabulary, for distributions too flat for the list of ops/sample. Each truncation is a
// threshold on the logit, found exactly by bisecting the bits of the key.

// Number of logits at or above a key or, if `mass`, their probability mass relative to exp(top).
fn weight_above(key: u32, floor_key: u32, mass: bool, top: f32, invocation: u32) -> f32 {
  var sum = 0.0;
  for (var i = invocation; i < params.vocabulary; i += WIDTH) {
    let k = key_of(logits[i]);
    if (k >= max(key, floor_key)) { sum += select(1.0, exp(logits[i] - top), mass); }
  }
  return group_sum(sum, invocation);
}
// The largest key with at least `target_weight` at or above it.
fn threshold(target_weight: f32, floor_key: u32, mass: bool, top: f32, invocation: u32) -> u32 {
  var key = 0u;
  for (var bit = 0x80000000u; bit > 0u; bit >>= 1u) {
    if (weight_above(key | bit, floor_key, mass, top, invocation) >= target_weight) { key |= bit; }
  }
  return max(key, floor_key);
}
// Draws a token from the vocabulary after top-k, top-p and min-p.
fn draw_of_all(top: f32, position: u32, invocation: u32) -> u32 {
  var floor_key = 0u;
  if (truncates_count()) { floor_key = threshold(f32(sampling.top_k), 0u, false, top, invocation); }
  if (truncates_mass()) {
    let all = weight_above(0u, floor_key, true, top, invocation);
    floor_key = threshold(sampling.top_p * all, floor_key, true, top, invocation);
  }
  if (truncates_low()) { floor_key = max(floor_key, key_of(top + log(sampling.min_p))); }
  var best = -3.4e38;
  var token = 0xffffffffu;
  for (var i = invocation; i < params.vocabulary; i += WIDTH) {
    if (key_of(logits[i]) >= floor_key) {
      let value = noisy(logits[i], i, position);
      if (value > best) {
        best = value;
        token = i;
      }
    }
  }
  return group_argmax(best, token, invocation);
}
