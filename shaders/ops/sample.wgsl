// The next token from the logits, on one workgroup: greedy, or top-k, top-p, min-p and temperature in llama.cpp's
// order. Each truncation is a threshold on the logit; thresholds are found by bisecting the bits of an order-keeping
// key, so they are exact. The draw itself is the maximum of logit / temperature + Gumbel noise over what is kept,
// which has the softmax distribution. Then the state moves on: the token is fed back and noted at its place in the text,
// and the position advances, so that many steps may follow each other without a word from the CPU.
struct Params { vocabulary: u32, capacity: u32, }
struct Sampling { temperature: f32, top_k: u32, top_p: f32, min_p: f32, seed: u32, }
@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> sampling: Sampling;
@group(0) @binding(2) var<storage, read_write> state: array<u32>;
@group(0) @binding(3) var<storage, read_write> tokens: array<u32>;
@group(0) @binding(4) var<storage, read_write> history: array<u32>;
@group(0) @binding(5) var<uniform> params: Params;

const WIDTH: u32 = 128u;
var<workgroup> values: array<f32, WIDTH>;
var<workgroup> indices: array<u32, WIDTH>;

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
fn gumbel(token: u32, position: u32) -> f32 {
  let bits = hash(token ^ hash(position ^ hash(sampling.seed)));
  let u = (f32(bits >> 8u) + 0.5) / 16777216.0;
  return -log(-log(u));
}
fn group_sum(x: f32, lane: u32) -> f32 {
  workgroupBarrier();
  values[lane] = x;
  workgroupBarrier();
  for (var s = WIDTH / 2u; s > 0u; s /= 2u) {
    if (lane < s) { values[lane] += values[lane + s]; }
    workgroupBarrier();
  }
  return workgroupUniformLoad(&values[0]);
}
// Index of the largest value; of equals, the smallest index.
fn group_argmax(x: f32, index: u32, lane: u32) -> u32 {
  workgroupBarrier();
  values[lane] = x;
  indices[lane] = index;
  workgroupBarrier();
  for (var s = WIDTH / 2u; s > 0u; s /= 2u) {
    if (lane < s) {
      let v = values[lane + s];
      let i = indices[lane + s];
      if (v > values[lane] || (v == values[lane] && i < indices[lane])) {
        values[lane] = v;
        indices[lane] = i;
      }
    }
    workgroupBarrier();
  }
  return workgroupUniformLoad(&indices[0]);
}
// How many logits (mass = false) or how much probability mass (relative to exp(top)) lies at or above a key.
fn weight_above(key: u32, floor_key: u32, mass: bool, top: f32, lane: u32) -> f32 {
  var sum = 0.0;
  for (var i = lane; i < params.vocabulary; i += WIDTH) {
    let k = key_of(logits[i]);
    if (k >= max(key, floor_key)) { sum += select(1.0, exp(logits[i] - top), mass); }
  }
  return group_sum(sum, lane);
}
// The largest key at or above which lies at least `target_weight`.
fn threshold(target_weight: f32, floor_key: u32, mass: bool, top: f32, lane: u32) -> u32 {
  var key = 0u;
  for (var bit = 0x80000000u; bit > 0u; bit >>= 1u) {
    if (weight_above(key | bit, floor_key, mass, top, lane) >= target_weight) { key |= bit; }
  }
  return max(key, floor_key);
}

@compute @workgroup_size(WIDTH)
fn main(@builtin(local_invocation_index) lane: u32) {
  let position = state[0] + state[1];
  var best = -3.4e38;
  var best_index = 0u;
  for (var i = lane; i < params.vocabulary; i += WIDTH) {
    if (logits[i] > best) {
      best = logits[i];
      best_index = i;
    }
  }
  var choice = group_argmax(best, best_index, lane);
  if (sampling.temperature > 0.0) {
    let top = logits[choice];
    var floor_key = 0u;
    if (sampling.top_k > 0u && sampling.top_k < params.vocabulary) {
      floor_key = threshold(f32(sampling.top_k), 0u, false, top, lane);
    }
    if (sampling.top_p < 1.0) {
      let all = weight_above(0u, floor_key, true, top, lane);
      floor_key = threshold(sampling.top_p * all, floor_key, true, top, lane);
    }
    if (sampling.min_p > 0.0) { floor_key = max(floor_key, key_of(top + log(sampling.min_p))); }
    best = -3.4e38;
    best_index = choice;
    for (var i = lane; i < params.vocabulary; i += WIDTH) {
      if (key_of(logits[i]) >= floor_key) {
        let noisy = logits[i] / sampling.temperature + gumbel(i, position);
        if (noisy > best) {
          best = noisy;
          best_index = i;
        }
      }
    }
    choice = group_argmax(best, best_index, lane);
  }
  storageBarrier();
  if (lane == 0u) {
    tokens[0] = choice;
    history[min(position, params.capacity)] = choice;
    state[0] = min(position, params.capacity - 1u);
    state[1] = 1u;
    state[2] = choice;
  }
}
