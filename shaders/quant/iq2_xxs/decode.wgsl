//#import lib/lattice-decode
// Planes: qs = 16 words a block, a word of 4 indices and one of 4 x 7 signs and a scale for each 32; d = f16.
fn lattice_quad(block: u32, q: u32) -> vec4f {
  let at = block * 16u + (q >> 3u) * 2u;
  let k = (q >> 1u) & 3u;
  let packed = w[at + 1u];
  let d = unpack2x16float(w[params.plane1 + block / 2u])[block & 1u];
  let signs = even_signs((packed >> (7u * k)) & 127u) >> (4u * (q & 1u));
  let step = d * (0.5 + f32(packed >> 28u)) * 0.25;
  return bytes4(points[2u * byte_at(w[at], k) + (q & 1u)]) * step * signs4(signs);
}
