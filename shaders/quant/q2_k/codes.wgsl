//#import codec/decode
//#import lib/codes/codes
//#import lib/codes/neighbours
const HALVES: bool = true;
// (step, step, minimum, minimum) of both halves of group g.
fn half_scales(block: u32, g: u32) -> vec4f {
  let dm = unpack2x16float(w[params.plane2 + block]);
  let scales = vec2u(w[params.plane1 + block * 4u + g / 2u] >> (16u * (g & 1u))) >> vec2u(0u, 8u);
  return vec4f(dm.x * vec2f(scales & vec2u(15u)), dm.y * vec2f((scales >> vec2u(4u)) & vec2u(15u)));
}
fn twos(q0: vec4u, q1: vec4u, block: u32, g: u32) -> Codes {
  let shift = vec4u(2u * (g & 3u));
  let s = half_scales(block, g);
  return Codes((q0 >> shift) & PAIRS, (q1 >> shift) & PAIRS, s.xy, s.zw);
}
fn codes_of_span(span: u32) -> Span {
  let at = (span >> 1u) * 2u;
  let q0 = w4[at];
  let q1 = w4[at + 1u];
  let g = (span & 3u) * 2u;
  return Span(twos(q0, q1, span / 4u, g), twos(q0, q1, span / 4u, g + 1u));
}
fn codes32(group: u32) -> Codes {
  let at = (group >> 2u) * 2u;
  return twos(w4[at], w4[at + 1u], group / 8u, group & 7u);
}
