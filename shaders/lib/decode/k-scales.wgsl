// (scale, minimum) of group j of a Q4_K or Q5_K block. w4[head] holds d, dmin and the packed 6-bit scales and minimums.
fn affine_group(head: u32, j: u32) -> vec2f {
  let h = w4[head];
  let shifted = h.yzw >> vec3u(8u * (j & 3u));
  let early = shifted.xy & vec2u(63u);
  let late = (vec2u(shifted.z, shifted.z >> 4u) & vec2u(15u)) | ((shifted.xy >> vec2u(2u)) & vec2u(48u));
  return rounded2(unpack2x16float(h.x) * vec2f(select(late, early, j < 4u)));
}
