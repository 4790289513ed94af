// Cuts the positions a token attends to into KV splits (src/model/kv-cache.ts: kvSplitCount).
const MAX_SPLIT: u32 = 256u;
struct KvSplits { first: u32, length: u32, count: u32, }
fn kv_splits_of(positions: u32) -> KvSplits {
  let first = select(0u, positions - params.window, params.window > 0u && positions > params.window);
  let seen = positions - first;
  let step = 32u * params.even_splits;
  let even = (seen + step - 1u) / step * 32u;
  let length = clamp(even, params.shortest, MAX_SPLIT);
  return KvSplits(first, length, (seen + length - 1u) / length);
}
