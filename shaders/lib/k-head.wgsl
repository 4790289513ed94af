// (step, minimum) of group j of a Q4_K or Q5_K block whose four head words begin at `head`.
fn affine_group(head: u32, j: u32) -> vec2f {
  let dm = unpack2x16float(w[head]);
  let shift = 8u * (j & 3u);
  let a = w[head + 1u] >> shift;
  let b = w[head + 2u] >> shift;
  let c = w[head + 3u] >> shift;
  if (j < 4u) { return rounded2(dm * vec2f(vec2u(a & 63u, b & 63u))); }
  return rounded2(dm * vec2f(vec2u((c & 15u) | (((a >> 6u) & 3u) << 4u), ((c >> 4u) & 15u) | (((b >> 6u) & 3u) << 4u))));
}
