/** Maximum length of a KV split in positions (shaders/lib/attention/kv-splits.wgsl). */
export const MAX_KV_SPLIT = 256;
