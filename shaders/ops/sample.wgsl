// Samples the next token from the logits and the classes of ops/survey, in one workgroup: greedy, or top-k, top-p,
// min-p and temperature in llama.cpp's order. The classes give a lower bound of the kept logits: with top-k, at least k
// tokens reach the k-th largest of the class maximums. The tokens that reach the bound, usually few, are listed and
// ranked. The order of the list varies but does not matter: counts and masses are integers, and the draw is the maximum
// of logit / temperature + Gumbel noise. The token is then written to `tokens` and `history` and the position advances,
// so that decode steps can follow each other without the CPU.
//#import lib/sampling/class
//#import lib/sampling/sampling
struct Params { vocabulary: u32, classes: u32, capacity: u32, }
@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> classes: array<Class>;
@group(0) @binding(2) var<storage, read> sampling: Sampling;
@group(0) @binding(3) var<storage, read_write> state: array<u32>;
@group(0) @binding(4) var<storage, read_write> tokens: array<u32>;
@group(0) @binding(5) var<storage, read_write> history: array<u32>;
@group(0) @binding(6) var<uniform> params: Params;

const WIDTH: u32 = 128u;
const MAX_CLASSES: u32 = 1024u;
const MAX_LISTED: u32 = 512u;
// With top-p and no top-k, tokens further than this below the top logit are not listed at first.
const DEPTH: f32 = 12.0;
// Probability masses relative to the top token's, in fixed point: MAX_LISTED of them fit 32 bits.
const MASS_UNIT: f32 = 4194304.0;
var<workgroup> values: array<f32, WIDTH>;
var<workgroup> indices: array<u32, WIDTH>;
var<workgroup> reaching: array<u32, MAX_CLASSES>;
var<workgroup> listed_keys: array<u32, MAX_LISTED>;
var<workgroup> listed_tokens: array<u32, MAX_LISTED>;
// Key of a token that top-k keeps, else 0.
var<workgroup> kept: array<u32, MAX_LISTED>;
var<workgroup> reaching_count: atomic<u32>;
var<workgroup> listed_count: atomic<u32>;
var<workgroup> kept_mass: atomic<u32>;
var<workgroup> shared_value: u32;

// Classes that have a token: a small vocabulary leaves some empty.
fn live_classes() -> u32 { return min(params.classes, params.vocabulary); }
fn group_sum(x: f32, invocation: u32) -> f32 {
  workgroupBarrier();
  values[invocation] = x;
  workgroupBarrier();
  for (var s = WIDTH / 2u; s > 0u; s /= 2u) {
    if (invocation < s) { values[invocation] += values[invocation + s]; }
    workgroupBarrier();
  }
  return workgroupUniformLoad(&values[0]);
}
// Index of the maximum. The smallest index wins ties.
fn group_argmax(x: f32, index: u32, invocation: u32) -> u32 {
  workgroupBarrier();
  values[invocation] = x;
  indices[invocation] = index;
  workgroupBarrier();
  for (var s = WIDTH / 2u; s > 0u; s /= 2u) {
    if (invocation < s) {
      let v = values[invocation + s];
      let i = indices[invocation + s];
      if (v > values[invocation] || (v == values[invocation] && i < indices[invocation])) {
        values[invocation] = v;
        indices[invocation] = i;
      }
    }
    workgroupBarrier();
  }
  return workgroupUniformLoad(&indices[0]);
}
//#import lib/sampling/sample-all

fn logit_of(key: u32) -> f32 { return bitcast<f32>(select(~key, key & 0x7fffffffu, (key >> 31u) == 1u)); }
// A key that the maximums of at least top_k classes reach. Its leading bits are enough for a bound.
fn bound_of_count(invocation: u32) -> u32 {
  var key = 0u;
  for (var bit = 0x80000000u; bit > 0x800u; bit >>= 1u) {
    var count = 0.0;
    for (var c = invocation; c < live_classes(); c += WIDTH) {
      if (key_of(classes[c].top) >= (key | bit)) { count += 1.0; }
    }
    if (group_sum(count, invocation) >= f32(sampling.top_k)) { key |= bit; }
  }
  return key;
}
// Lists the tokens at or above a key. Returns their number, which may exceed MAX_LISTED.
fn list(key: u32, invocation: u32) -> u32 {
  for (var c = invocation; c < live_classes(); c += WIDTH) {
    if (key_of(classes[c].top) >= key) { reaching[atomicAdd(&reaching_count, 1u)] = c; }
  }
  workgroupBarrier();
  if (invocation == 0u) { shared_value = atomicLoad(&reaching_count); }
  let reach = workgroupUniformLoad(&shared_value);
  let depth = (params.vocabulary + params.classes - 1u) / params.classes;
  for (var n = invocation; n < reach * depth; n += WIDTH) {
    let token = reaching[n / depth] + n % depth * params.classes;
    if (token < params.vocabulary) {
      let k = key_of(logits[token]);
      if (k >= key) {
        let at = atomicAdd(&listed_count, 1u);
        if (at < MAX_LISTED) {
          listed_keys[at] = k;
          listed_tokens[at] = token;
        }
      }
    }
  }
  workgroupBarrier();
  if (invocation == 0u) { shared_value = atomicLoad(&listed_count); }
  return workgroupUniformLoad(&shared_value);
}
fn mass_of(key: u32, top: f32) -> u32 { return u32(exp(logit_of(key) - top) * MASS_UNIT); }
fn keep(count: u32, invocation: u32) {
  for (var i = invocation; i < count; i += WIDTH) {
    let own = listed_keys[i];
    var larger = 0u;
    if (truncates_count()) {
      for (var j = 0u; j < count; j++) { larger += u32(listed_keys[j] > own); }
    }
    kept[i] = select(0u, own, !truncates_count() || larger < sampling.top_k);
  }
  workgroupBarrier();
}
fn kept_mass_of(count: u32, top: f32, invocation: u32) -> f32 {
  for (var i = invocation; i < count; i += WIDTH) {
    if (kept[i] > 0u) { atomicAdd(&kept_mass, mass_of(kept[i], top)); }
  }
  workgroupBarrier();
  if (invocation == 0u) { shared_value = atomicLoad(&kept_mass); }
  return f32(workgroupUniformLoad(&shared_value));
}
// Draws from the list, or from the whole vocabulary if the list does not suffice.
fn draw(top: f32, position: u32, invocation: u32) -> u32 {
  var key = 0u;
  if (truncates_count()) {
    if (sampling.top_k <= params.classes) { key = bound_of_count(invocation); }
  } else if (truncates_mass()) {
    key = key_of(top - DEPTH);
  }
  let low = select(0u, key_of(top + log(sampling.min_p)), truncates_low());
  if (!truncates_mass()) { key = max(key, low); }
  let count = list(key, invocation);
  if (count > MAX_LISTED) { return draw_of_all(top, position, invocation); }
  keep(count, invocation);
  var target_mass = 0.0;
  if (truncates_mass()) {
    let here = kept_mass_of(count, top, invocation);
    var all = here;
    if (!truncates_count()) {
      var sum = 0.0;
      for (var c = invocation; c < live_classes(); c += WIDTH) { sum += classes[c].mass * exp(classes[c].top - top); }
      all = group_sum(sum, invocation) * MASS_UNIT;
    }
    target_mass = sampling.top_p * all;
    if (here < target_mass) { return draw_of_all(top, position, invocation); }
  }
  var best = -3.4e38;
  var token = 0xffffffffu;
  for (var i = invocation; i < count; i += WIDTH) {
    let own = kept[i];
    if (own == 0u || own < low) { continue; }
    if (truncates_mass()) {
      var above = 0u;
      for (var j = 0u; j < count; j++) {
        if (kept[j] > own) { above += mass_of(kept[j], top); }
      }
      if (f32(above) >= target_mass) { continue; }
    }
    let value = noisy(logit_of(own), listed_tokens[i], position);
    if (value > best || (value == best && listed_tokens[i] < token)) {
      best = value;
      token = listed_tokens[i];
    }
  }
  return group_argmax(best, token, invocation);
}

@compute @workgroup_size(WIDTH)
fn main(@builtin(local_invocation_index) invocation: u32) {
  let position = state[0] + state[1];
  let cuts = truncates_count() || truncates_mass() || truncates_low();
  let draws = sampling.temperature > 0.0;
  var best = -3.4e38;
  var token = 0xffffffffu;
  for (var c = invocation; c < live_classes(); c += WIDTH) {
    let seen = classes[c];
    let drawn = draws && !cuts;
    let candidate = select(seen.token, seen.drawn, drawn);
    var value = seen.top;
    if (drawn) { value = noisy(logits[candidate], candidate, position); }
    if (value > best || (value == best && candidate < token)) {
      best = value;
      token = candidate;
    }
  }
  var choice = group_argmax(best, token, invocation);
  if (draws && cuts) {
    let drawn = draw(logits[choice], position, invocation);
    // Nothing can be drawn from NaN logits. The steps that follow still need a valid token.
    choice = select(choice, drawn, drawn < params.vocabulary);
  }
  storageBarrier();
  if (invocation == 0u) {
    tokens[0] = choice;
    history[min(position, params.capacity)] = choice;
    state[0] = min(position, params.capacity - 1u);
    state[1] = 1u;
    state[2] = choice;
    state[3] = position;
  }
}
