//#import codec/decode
//#import lib/codes/codes
//#import lib/codes/neighbours
const HALVES: bool = false;
fn codes_of_span(span: u32) -> Span {
  let head = params.plane1 / 4u + span / 4u;
  let q0 = w4[span * 2u];
  let q1 = w4[span * 2u + 1u];
  let j = (span & 3u) * 2u;
  let g = affine_group(head, j);
  let h = affine_group(head, j + 1u);
  return Span(Codes(q0 & NIBBLES, q1 & NIBBLES, g.xx, g.yy),
    Codes((q0 >> vec4u(4u)) & NIBBLES, (q1 >> vec4u(4u)) & NIBBLES, h.xx, h.yy));
}
fn codes32(group: u32) -> Codes {
  let shift = vec4u(4u * (group & 1u));
  let g = affine_group(params.plane1 / 4u + group / 8u, group & 7u);
  let at = (group / 2u) * 2u;
  return Codes((w4[at] >> shift) & NIBBLES, (w4[at + 1u] >> shift) & NIBBLES, g.xx, g.yy);
}
