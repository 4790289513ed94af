//#import lib/lattice-decode
// Planes: qs = 8 words a block of low index bytes, one for each 8; qh = 4 words, a half for each 32: 4 x 3 high index
// bits, 3 of scale, one of shift; d = f16.
fn lattice_quad(block: u32, q: u32) -> vec4f {
  let j = q >> 3u;
  let k = (q >> 1u) & 3u;
  let head = (w[params.plane1 + block * 4u + (j >> 1u)] >> (16u * (j & 1u))) & 0xffffu;
  let point = byte_at(w[block * 8u + j], k) | (((head >> (3u * k)) & 7u) << 8u);
  let d = unpack2x16float(w[params.plane2 + block / 2u])[block & 1u];
  let shift = select(0.125, -0.125, (head & 0x8000u) != 0u) - 1.0;
  return (bytes4(points[2u * point + (q & 1u)]) + shift) * (d * f32(2u * ((head >> 12u) & 7u) + 1u));
}
