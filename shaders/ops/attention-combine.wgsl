// Combines the partial results of the KV splits of ops/attention-decode, one head per workgroup. The invocations divide
// the splits among them, then the quads of the result.
struct Params { window: u32, shortest: u32, even_splits: u32, max_splits: u32, quads: u32, }
@group(0) @binding(0) var<storage, read> state: array<u32>;
@group(0) @binding(1) var<storage, read> parts: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;
//#import lib/attention/kv-splits
override WIDTH: u32 = 32u;
const LOWEST: f32 = -3.0e38;
var<workgroup> shared_values: array<f32, WIDTH>;
var<workgroup> shared_quads: array<vec4f, WIDTH>;

@compute @workgroup_size(WIDTH)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) thread: u32) {
  let count = kv_splits_of(state[0] + 1u).count;
  let stride = params.quads + 1u;
  let start = wid.x * params.max_splits * stride;
  let shares = min(count, WIDTH);
  var maximum = LOWEST;
  for (var s = thread; s < count; s += WIDTH) { maximum = max(maximum, parts[start + s * stride].x); }
  shared_values[thread] = maximum;
  workgroupBarrier();
  for (var i = 0u; i < shares; i++) { maximum = max(maximum, shared_values[i]); }
  var total = 0.0;
  for (var s = thread; s < count; s += WIDTH) {
    let head = parts[start + s * stride];
    total += head.y * exp(head.x - maximum);
  }
  workgroupBarrier();
  shared_values[thread] = total;
  workgroupBarrier();
  total = 0.0;
  for (var i = 0u; i < shares; i++) { total += shared_values[i]; }

  let groups = max(1u, WIDTH / params.quads);
  for (var first = 0u; first < params.quads; first += WIDTH) {
    let quad = first + thread % min(params.quads, WIDTH);
    let group = thread / min(params.quads, WIDTH);
    var sum = vec4f();
    if (quad < params.quads && group < groups) {
      for (var s = group; s < count; s += groups) {
        let at = start + s * stride;
        sum += exp(parts[at].x - maximum) * parts[at + 1u + quad];
      }
    }
    shared_quads[thread] = sum;
    workgroupBarrier();
    if (group == 0u && quad < params.quads) {
      for (var g = 1u; g < groups; g++) { sum += shared_quads[g * params.quads + quad]; }
      y[wid.x * params.quads + quad] = sum / total;
    }
    workgroupBarrier();
  }
}
