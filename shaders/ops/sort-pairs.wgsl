// Counting sort of the (token, expert) pairs by expert. Output: the first pair of each expert and the end of the last,
// then the pairs. The order within an expert is arbitrary.
struct Params { experts: u32, used: u32, }
@group(0) @binding(0) var<storage, read> chosen: array<u32>;
@group(0) @binding(1) var<storage, read> state: array<u32>;
@group(0) @binding(2) var<storage, read_write> sorted: array<u32>;
@group(0) @binding(3) var<uniform> params: Params;

override EXPERTS: u32 = 8u;
const THREADS: u32 = 128u;
var<workgroup> counts: array<atomic<u32>, EXPERTS>;
var<workgroup> next: array<atomic<u32>, EXPERTS>;

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32) {
  let pairs = state[1] * params.used;
  for (var p = thread; p < pairs; p += THREADS) { atomicAdd(&counts[chosen[p]], 1u); }
  workgroupBarrier();
  for (var e = thread; e <= params.experts; e += THREADS) {
    var first = 0u;
    for (var i = 0u; i < e; i++) { first += atomicLoad(&counts[i]); }
    sorted[e] = first;
    if (e < params.experts) { atomicStore(&next[e], first); }
  }
  workgroupBarrier();
  for (var p = thread; p < pairs; p += THREADS) {
    sorted[params.experts + 1u + atomicAdd(&next[chosen[p]], 1u)] = p;
  }
}
