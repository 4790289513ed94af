// Rotates queries in place and keys into the cache, and copies values into the cache, at the state's position. Rows hold
// queries, keys and values. The rotation comes from a table computed on the CPU: GPU sin and cos are not exact enough.
// Two pairs at a time, so that two halves of a word of the cache are always written together.
//#import kv_store
struct Params { heads: u32, kv_heads: u32, head_dim: u32, rotary_dim: u32, halves: u32, }
@group(0) @binding(0) var<storage, read> state: array<u32>;
@group(0) @binding(1) var<storage, read> rotation: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> qkv: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> k_cache: array<u32>;
@group(0) @binding(4) var<storage, read_write> v_cache: array<u32>;
@group(0) @binding(5) var<uniform> params: Params;

fn turned(x: vec2f, cs: vec2f) -> vec2f { return vec2f(x.x * cs.x - x.y * cs.y, x.x * cs.y + x.y * cs.x); }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u) {
  let token = gid.y;
  let head_quads = params.head_dim / 4u;
  let row_quads = (params.heads + 2u * params.kv_heads) * head_quads;
  if (gid.x >= row_quads) { return; }
  let head = gid.x / head_quads;
  let quad = gid.x % head_quads;
  let position = state[0] + token;
  // Where the two vec2 of this invocation lie in their head.
  var first = quad * 2u;
  var second = first + 1u;
  let rotary_pairs = params.rotary_dim / 2u;
  let rotates = quad * 4u < params.rotary_dim && head < params.heads + params.kv_heads;
  if (rotates && params.halves == 1u) {
    first = quad;
    second = quad + rotary_pairs / 2u;
  }
  let row = (token * row_quads + head * head_quads) * 2u;
  var a = qkv[row + first];
  var b = qkv[row + second];
  if (rotates) {
    let table = position * rotary_pairs + quad * 2u;
    let cs0 = rotation[table];
    let cs1 = rotation[table + 1u];
    if (params.halves == 1u) {
      let p = turned(vec2f(a.x, b.x), cs0);
      let q = turned(vec2f(a.y, b.y), cs1);
      a = vec2f(p.x, q.x);
      b = vec2f(p.y, q.y);
    } else {
      a = turned(a, cs0);
      b = turned(b, cs1);
    }
  }
  if (head < params.heads) {
    qkv[row + first] = a;
    qkv[row + second] = b;
    return;
  }
  let kv = head - params.heads;
  let cache = (position * params.kv_heads + kv % params.kv_heads) * head_quads * 2u;
  if (kv < params.kv_heads) {
    k_store2(cache + first, a);
    k_store2(cache + second, b);
  } else {
    v_store2(cache + first, a);
    v_store2(cache + second, b);
  }
}
