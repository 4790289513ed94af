// Combines the partial results of the KV splits of ops/attention-decode, one head per workgroup.
struct Params { window: u32, shortest: u32, max_splits: u32, quads: u32, }
@group(0) @binding(0) var<storage, read> state: array<u32>;
@group(0) @binding(1) var<storage, read> parts: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;
//#import lib/attention/kv-splits

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let count = kv_splits_of(state[0] + 1u).count;
  let stride = params.quads + 1u;
  let start = wid.x * params.max_splits * stride;
  var maximum = -3.0e38;
  for (var s = 0u; s < count; s++) { maximum = max(maximum, parts[start + s * stride].x); }
  var total = 0.0;
  for (var s = 0u; s < count; s++) {
    let head = parts[start + s * stride];
    total += head.y * exp(head.x - maximum);
  }
  for (var quad = invocation; quad < params.quads; quad += 32u) {
    var sum = vec4f();
    for (var s = 0u; s < count; s++) {
      let at = start + s * stride;
      sum += exp(parts[at].x - maximum) * parts[at + 1u + quad];
    }
    y[wid.x * params.quads + quad] = sum / total;
  }
}
