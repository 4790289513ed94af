//#import codec/decode
//#import lib/codes/codes
//#import lib/codes/neighbours
const HALVES: bool = false;
fn trits(q0: vec4u, q1: vec4u, g: u32, d: vec2f) -> Codes {
  let shift = vec4u(2u * (g & 3u));
  return Codes((q0 >> shift) & PAIRS, (q1 >> shift) & PAIRS, d, d);
}
fn codes_of_span(span: u32) -> Span {
  let at = (span >> 1u) * 2u;
  let q0 = w4[at];
  let q1 = w4[at + 1u];
  let g = (span & 3u) * 2u;
  let d = vec2f(block_scale(span / 4u));
  return Span(trits(q0, q1, g, d), trits(q0, q1, g + 1u, d));
}
fn codes32(group: u32) -> Codes {
  let at = (group >> 2u) * 2u;
  return trits(w4[at], w4[at + 1u], group & 7u, vec2f(block_scale(group / 8u)));
}
