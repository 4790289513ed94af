//#import codec/decode
//#import lib/codes/codes
//#import lib/codes/neighbours
const HALVES: bool = true;
// Steps of both halves of group g.
fn half_steps(block: u32, g: u32) -> vec2f {
  let scales = params.plane2 + block * 3u;
  let halves = vec2u(0u, 8u) + vec2u(16u * (g & 1u));
  let low = (vec2u(w[scales + ((g >> 1u) & 1u)]) >> (halves + vec2u(4u * (g >> 2u)))) & vec2u(15u);
  let high = (vec2u(w[scales + 2u]) >> (halves + vec2u(2u * (g >> 1u)))) & vec2u(3u);
  let d = unpack2x16float(w[params.plane3 + block / 2u] >> (16u * (block & 1u))).x;
  return d * (vec2f(low | (high << vec2u(4u))) - 32.0);
}
fn threes(q: vec4u, mask: vec4u, g: u32) -> vec4u {
  return ((q >> vec4u(2u * (g & 3u))) & PAIRS) | (((mask >> vec4u(g)) & ONES) << vec4u(2u));
}
fn codes_of_span(span: u32) -> Span {
  let block = span / 4u;
  let at = (span >> 1u) * 2u;
  let mask = params.plane1 / 4u + block * 2u;
  let q0 = w4[at];
  let q1 = w4[at + 1u];
  let m0 = w4[mask];
  let m1 = w4[mask + 1u];
  let g = (span & 3u) * 2u;
  let s = half_steps(block, g);
  let t = half_steps(block, g + 1u);
  return Span(Codes(threes(q0, m0, g), threes(q1, m1, g), s, 4.0 * s),
    Codes(threes(q0, m0, g + 1u), threes(q1, m1, g + 1u), t, 4.0 * t));
}
fn codes32(group: u32) -> Codes {
  let block = group / 8u;
  let g = group & 7u;
  let at = (group >> 2u) * 2u;
  let mask = params.plane1 / 4u + block * 2u;
  let s = half_steps(block, g);
  return Codes(threes(w4[at], w4[mask], g), threes(w4[at + 1u], w4[mask + 1u], g), s, 4.0 * s);
}
