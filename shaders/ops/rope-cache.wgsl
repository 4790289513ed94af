// Rotates adjacent pairs of q in place and of k into the cache, and copies v into the cache, at the state's position.
// The rotation comes from a table computed on the CPU: GPU sin and cos are not exact enough.
//#import kv_store
struct Params { heads: u32, kv_heads: u32, head_dim: u32, rotary_dim: u32, }
@group(0) @binding(0) var<storage, read> state: array<u32>;
@group(0) @binding(1) var<storage, read> rotation: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> q: array<vec2f>;
@group(0) @binding(3) var<storage, read> k: array<vec2f>;
@group(0) @binding(4) var<storage, read> v: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> k_cache: array<u32>;
@group(0) @binding(6) var<storage, read_write> v_cache: array<u32>;
@group(0) @binding(7) var<uniform> params: Params;

fn rotate(x: vec2f, position: u32, pair: u32) -> vec2f {
  let rotary_pairs = params.rotary_dim / 2u;
  if (pair >= rotary_pairs) { return x; }
  let cs = rotation[position * rotary_pairs + pair];
  return vec2f(x.x * cs.x - x.y * cs.y, x.x * cs.y + x.y * cs.x);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u) {
  let token = gid.y;
  let head_pairs = params.head_dim / 2u;
  let q_pairs = params.heads * head_pairs;
  let kv_pairs = params.kv_heads * head_pairs;
  let position = state[0] + token;
  var i = gid.x;
  if (i < q_pairs) {
    q[token * q_pairs + i] = rotate(q[token * q_pairs + i], position, i % head_pairs);
    return;
  }
  i -= q_pairs;
  if (i < kv_pairs) {
    k_store2(position * kv_pairs + i, rotate(k[token * kv_pairs + i], position, i % head_pairs));
    return;
  }
  i -= kv_pairs;
  if (i < kv_pairs) { v_store2(position * kv_pairs + i, v[token * kv_pairs + i]); }
}
