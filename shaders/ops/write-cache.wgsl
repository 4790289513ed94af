// Writes keys (after head norm and RoPE) and values of a prefill pass to the KV cache, 32 dimensions of a head per
// invocation. Slots `kv` and `kv_store`.
//#import kv_store
//#import lib/attention/heads
struct Params { heads: u32, kv_heads: u32, epsilon: f32, kv_scales: u32, }
@group(0) @binding(0) var<storage, read> state: array<u32>;
@group(0) @binding(1) var<storage, read> rotation: array<vec2f>;
@group(0) @binding(2) var<storage, read> qkv: array<f32>;
@group(0) @binding(3) var<storage, read> head_norm: array<f32>;
@group(0) @binding(4) var<storage, read_write> k_cache: array<u32>;
@group(0) @binding(5) var<storage, read_write> v_cache: array<u32>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) gid: vec3u) {
  let head = gid.x / UNITS;
  let unit = gid.x % UNITS;
  let token = gid.y;
  if (head >= params.kv_heads) { return; }
  let key = head_start(token, params.heads + head);
  let value = head_start(token, params.heads + params.kv_heads + head);
  var squares = 0.0;
  if (HEAD_NORM) {
    for (var d = 0u; d < HEAD_DIM; d++) { squares += qkv[key + d] * qkv[key + d]; }
  }
  let scale = inverse_rms(squares);
  let position = state[0] + token;
  var x: KvUnit;
  for (var i = 0u; i < min(8u, QUADS - unit * 8u); i++) {
    x.k[i] = rotated4(key, unit * 8u + i, scale, HEAD_DIM, position);
    x.v[i] = value4(value, unit * 8u + i);
  }
  _ = store_unit(position, head, unit, x, true);
}
