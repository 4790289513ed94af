// Repeat, frequency and presence penalties as llama.cpp applies them: a positive logit is divided by the repeat penalty and
// any other multiplied by it, then the frequency penalty goes off for each occurrence and the presence penalty once. The
// logits stay as they are, for the probabilities of ops/likeliest; the sampler reads the penalized ones.
//#import lib/sampling/sampling
struct Params { vocabulary: u32, }
@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> sampling: Sampling;
@group(0) @binding(2) var<storage, read_write> counts: array<u32>;
@group(0) @binding(3) var<storage, read_write> penalized: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u) {
  let token = gid.x;
  if (token >= params.vocabulary) { return; }
  var logit = logits[token];
  let count = counts[token];
  if (count > 0u) {
    counts[token] = 0u;
    logit = select(logit / sampling.repeat_penalty, logit * sampling.repeat_penalty, logit <= 0.0);
    logit -= f32(count) * sampling.frequency_penalty + sampling.presence_penalty;
  }
  penalized[token] = logit;
}
