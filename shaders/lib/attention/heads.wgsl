// Reads a head of a qkv row, applies the head's RMS norm (HEAD_NORM; weights of the queries, then of the keys) and
// RoPE. The rotation table is computed on the CPU because GPU sin and cos are not exact enough.
override HEAD_NORM: bool = false;
// Pairs that rotate together: d and d + ROTARY / 2 (NEOX), or neighbours.
override NEOX: bool = false;
// RoPE applies to the first ROTARY dimensions of a head.
override ROTARY: u32 = 0u;
override HEAD_DIM: u32 = 4u;

// First element of a head. A qkv row has `heads` query heads, `kv_heads` key heads and `kv_heads` value heads.
fn head_start(token: u32, head: u32) -> u32 { return (token * (params.heads + 2u * params.kv_heads) + head) * HEAD_DIM; }
// `scale` is 1 / RMS of the head, `weights` the offset of its norm in head_norm.
fn head_value(start: u32, d: u32, scale: f32, weights: u32) -> f32 {
  let v = qkv[start + d];
  if (HEAD_NORM) { return v * scale * head_norm[weights + d]; }
  return v;
}
fn rotated(start: u32, d: u32, scale: f32, weights: u32, position: u32) -> f32 {
  let v = head_value(start, d, scale, weights);
  if (d >= ROTARY) { return v; }
  let half = ROTARY / 2u;
  let first = select((d & 1u) == 0u, d < half, NEOX);
  let pair = select(d / 2u, d % half, NEOX);
  let partner = select(d ^ 1u, select(d - half, d + half, first), NEOX);
  let cos_sin = rotation[position * half + pair];
  let other = head_value(start, partner, scale, weights);
  return select(other * cos_sin.y + v * cos_sin.x, v * cos_sin.x - other * cos_sin.y, first);
}
fn rotated4(start: u32, quad: u32, scale: f32, weights: u32, position: u32) -> vec4f {
  let d = quad * 4u;
  return vec4f(rotated(start, d, scale, weights, position), rotated(start, d + 1u, scale, weights, position),
    rotated(start, d + 2u, scale, weights, position), rotated(start, d + 3u, scale, weights, position));
}
fn value4(start: u32, quad: u32) -> vec4f {
  let at = start + quad * 4u;
  return vec4f(qkv[at], qkv[at + 1u], qkv[at + 2u], qkv[at + 3u]);
}
fn inverse_rms(sum_of_squares: f32) -> f32 { return 1.0 / sqrt(sum_of_squares / f32(HEAD_DIM) + params.epsilon); }
