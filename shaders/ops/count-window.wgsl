// Counts how often each token stands in the window of the penalties: the last tokens of the context, prompt and answer
// alike. An invocation is a position. ops/penalize reads the counts and makes them zero again.
//#import lib/sampling/sampling
struct Params { vocabulary: u32, }
@group(0) @binding(0) var<storage, read> history: array<u32>;
@group(0) @binding(1) var<storage, read> sampling: Sampling;
@group(0) @binding(2) var<storage, read> state: array<u32>;
@group(0) @binding(3) var<storage, read_write> counts: array<atomic<u32>>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u) {
  let end = state[0] + state[1];
  let at = end - min(end, sampling.repeat_last_n) + gid.x;
  if (at >= end) { return; }
  atomicAdd(&counts[min(history[at], params.vocabulary - 1u)], 1u);
}
