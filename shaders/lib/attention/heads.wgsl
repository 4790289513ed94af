// A head of a row of queries, keys and values: normalized where HEAD_NORM says so (weights of queries first, then of
// keys), and rotated by its position. The rotation comes from a table computed on the CPU: GPU sin and cos are not
// exact enough.
override HEAD_NORM: bool = false;
// Which dimensions rotate together: the two halves, or neighbours.
override NEOX: bool = false;
// Leading dimensions that rotate.
override ROTARY: u32 = 0u;
override HEAD_DIM: u32 = 4u;

// First element of a head in a row of `heads` query heads and twice `kv_heads` others.
fn head_start(token: u32, head: u32) -> u32 { return (token * (params.heads + 2u * params.kv_heads) + head) * HEAD_DIM; }
// `scale` is one over the root mean square, `weights` where the head's norm begins.
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
  let turn = rotation[position * half + pair];
  let other = head_value(start, partner, scale, weights);
  return select(other * turn.y + v * turn.x, v * turn.x - other * turn.y, first);
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
