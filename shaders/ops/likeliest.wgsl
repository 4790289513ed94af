// The four likeliest tokens and the sampled one by the softmax of the logits, from the classes of ops/survey, in one
// workgroup. Four tokens at the top lie in the four classes whose best tokens come first, so that two merges of sorted
// lists find them: one over the classes, one over the tokens of four of them. Equal logits are in the order of their ids.
//#import lib/sampling/class
struct Params { vocabulary: u32, classes: u32, slots: u32, }
@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> classes: array<Class>;
@group(0) @binding(2) var<storage, read> state: array<u32>;
@group(0) @binding(3) var<storage, read_write> scores: array<u32>;
@group(0) @binding(4) var<uniform> params: Params;

const WIDTH: u32 = 64u;
const COUNT: u32 = 4u;
const NONE: u32 = 0xffffffffu;
// Words of a position: the sampled token's logit, the sum of exp(logit - the largest), four ids and their logits.
const WORDS: u32 = 10u;
// A sorted list of COUNT tokens for each invocation, and the mass of its classes relative to the first of the list.
var<workgroup> values: array<f32, 256>;
var<workgroup> ids: array<u32, 256>;
var<workgroup> masses: array<f32, WIDTH>;

fn clear(list: u32) {
  for (var i = COUNT * list; i < COUNT * (list + 1u); i++) {
    values[i] = -3.4e38;
    ids[i] = NONE;
  }
}
fn precedes(value: f32, id: u32, at: u32) -> bool {
  return value > values[at] || (value == values[at] && id < ids[at]);
}
// Puts a token in its place of a list, if it is among the first. Returns false if it is not.
fn insert(list: u32, value: f32, id: u32) -> bool {
  let first = COUNT * list;
  var at = first + COUNT - 1u;
  if (!precedes(value, id, at)) { return false; }
  while (at > first && precedes(value, id, at - 1u)) {
    values[at] = values[at - 1u];
    ids[at] = ids[at - 1u];
    at--;
  }
  values[at] = value;
  ids[at] = id;
  return true;
}
// Merges all lists into the first, with their masses.
fn merge(invocation: u32) {
  for (var s = WIDTH / 2u; s > 0u; s /= 2u) {
    workgroupBarrier();
    if (invocation < s) {
      let other = COUNT * (invocation + s);
      let own_top = values[COUNT * invocation];
      let other_top = values[other];
      for (var i = other; i < other + COUNT; i++) {
        if (!insert(invocation, values[i], ids[i])) { break; }
      }
      let top = values[COUNT * invocation];
      masses[invocation] = masses[invocation] * exp(own_top - top) + masses[invocation + s] * exp(other_top - top);
    }
  }
  workgroupBarrier();
}

@compute @workgroup_size(WIDTH)
fn main(@builtin(local_invocation_index) invocation: u32) {
  clear(invocation);
  let live = min(params.classes, params.vocabulary);
  for (var c = invocation; c < live; c += WIDTH) { insert(invocation, classes[c].top, classes[c].token); }
  var mass = 0.0;
  for (var c = invocation; c < live; c += WIDTH) {
    mass += classes[c].mass * exp(classes[c].top - values[COUNT * invocation]);
  }
  masses[invocation] = mass;
  merge(invocation);
  let best = vec4u(ids[0], ids[1], ids[2], ids[3]);
  let all = masses[0];
  workgroupBarrier();
  clear(invocation);
  let depth = (params.vocabulary + params.classes - 1u) / params.classes;
  for (var n = invocation; n < COUNT * depth; n += WIDTH) {
    let leader = best[n / depth];
    if (leader == NONE) { continue; }
    let token = leader % params.classes + n % depth * params.classes;
    if (token < params.vocabulary) { insert(invocation, logits[token], token); }
  }
  merge(invocation);
  if (invocation == 0u) {
    let at = WORDS * (state[3] % params.slots);
    scores[at] = bitcast<u32>(logits[state[2]]);
    scores[at + 1u] = bitcast<u32>(all);
    for (var i = 0u; i < COUNT; i++) {
      scores[at + 2u + i] = ids[i];
      scores[at + 2u + COUNT + i] = bitcast<u32>(values[i]);
    }
  }
}
