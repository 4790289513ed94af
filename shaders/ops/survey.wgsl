// First pass of sampling: computes a Class for the tokens of equal id modulo `classes`, one class per invocation. No
// barriers, and reads are coalesced. ops/sample continues from the classes, and so does ops/likeliest, which needs every
// mass (SCORED).
//#import lib/sampling/class
//#import lib/sampling/sampling
struct Params { vocabulary: u32, classes: u32, }
@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> sampling: Sampling;
@group(0) @binding(2) var<storage, read> state: array<u32>;
@group(0) @binding(3) var<storage, read_write> classes: array<Class>;
@group(0) @binding(4) var<uniform> params: Params;
override SCORED: bool = false;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u) {
  let first = gid.x;
  if (first >= params.classes) { return; }
  var top = -3.4e38;
  var token = first;
  for (var i = first; i < params.vocabulary; i += params.classes) {
    let logit = logits[i];
    if (logit > top) {
      top = logit;
      token = i;
    }
  }
  var mass = 0.0;
  var drawn = token;
  let draws = sampling.temperature > 0.0 && !truncates_count();
  if (SCORED || (draws && truncates_mass())) {
    for (var i = first; i < params.vocabulary; i += params.classes) { mass += exp(logits[i] - top); }
  }
  if (draws && !truncates_mass() && !truncates_low()) {
    let position = state[0] + state[1];
    var best = -3.4e38;
    for (var i = first; i < params.vocabulary; i += params.classes) {
      let value = noisy(logits[i], i, position);
      if (value > best) {
        best = value;
        drawn = i;
      }
    }
  }
  classes[first] = Class(top, token, mass, drawn);
}
