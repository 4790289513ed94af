// What sampling is made of: an order on logits and noise that a token, its position and the seed decide.
struct Sampling { temperature: f32, top_k: u32, top_p: f32, min_p: f32, seed: u32, }
// What is seen of a class of tokens: its largest logit and the token that has it, the probability mass of the class
// relative to it, and the token drawn from it if nothing is cut away.
struct Class { top: f32, token: u32, mass: f32, drawn: u32, }

// Larger float <=> larger key.
fn key_of(x: f32) -> u32 {
  let bits = bitcast<u32>(x);
  return select(bits | 0x80000000u, ~bits, (bits >> 31u) == 1u);
}
fn hash(x: u32) -> u32 {
  let s = x * 747796405u + 2891336453u;
  let word = ((s >> ((s >> 28u) + 4u)) ^ s) * 277803737u;
  return (word >> 22u) ^ word;
}
// The maximum of this over tokens is a draw from their softmax (Gumbel-max).
fn noisy(logit: f32, token: u32, position: u32) -> f32 {
  let bits = hash(token ^ hash(position ^ hash(sampling.seed)));
  let u = (f32(bits >> 8u) + 0.5) / 16777216.0;
  return logit / sampling.temperature - log(-log(u));
}
fn truncates_count() -> bool { return sampling.top_k > 0u && sampling.top_k < params.vocabulary; }
fn truncates_mass() -> bool { return sampling.top_p < 1.0; }
fn truncates_low() -> bool { return sampling.min_p > 0.0; }
