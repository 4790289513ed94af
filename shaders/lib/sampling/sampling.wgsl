// Sampling parameters, an order on logits, and noise that depends on the token, its position and the seed only.
struct Sampling {
  temperature: f32, top_k: u32, top_p: f32, min_p: f32, seed: u32,
  // Tokens that penalties look back at; 0 is off.
  repeat_last_n: u32, repeat_penalty: f32, frequency_penalty: f32, presence_penalty: f32,
}

// Maps a float to an integer of the same order.
fn key_of(x: f32) -> u32 {
  let bits = bitcast<u32>(x);
  return select(bits | 0x80000000u, ~bits, (bits >> 31u) == 1u);
}
fn hash(x: u32) -> u32 {
  let s = x * 747796405u + 2891336453u;
  let word = ((s >> ((s >> 28u) + 4u)) ^ s) * 277803737u;
  return (word >> 22u) ^ word;
}
// Gumbel-max: the token with the maximum of this is a draw from the softmax.
fn noisy(logit: f32, token: u32, position: u32) -> f32 {
  let bits = hash(token ^ hash(position ^ hash(sampling.seed)));
  let u = (f32(bits >> 8u) + 0.5) / 16777216.0;
  return logit / sampling.temperature - log(-log(u));
}
fn truncates_count() -> bool { return sampling.top_k > 0u && sampling.top_k < params.vocabulary; }
fn truncates_mass() -> bool { return sampling.top_p < 1.0; }
fn truncates_low() -> bool { return sampling.min_p > 0.0; }
