//#import codec/decode
//#import lib/codes/codes
//#import lib/codes/neighbours
const HALVES: bool = false;
fn fifth_bits(words: vec4u, j: u32) -> vec4u { return ((words >> vec4u(j)) & ONES) << vec4u(4u); }
fn codes_of_span(span: u32) -> Span {
  let head = params.plane2 / 4u + span / 4u;
  let q0 = w4[span * 2u];
  let q1 = w4[span * 2u + 1u];
  let high = params.plane1 / 4u + (span / 4u) * 2u;
  let h0 = w4[high];
  let h1 = w4[high + 1u];
  let j = (span & 3u) * 2u;
  let g = affine_group(head, j);
  let h = affine_group(head, j + 1u);
  return Span(Codes((q0 & NIBBLES) | fifth_bits(h0, j), (q1 & NIBBLES) | fifth_bits(h1, j), g.xx, g.yy),
    Codes(((q0 >> vec4u(4u)) & NIBBLES) | fifth_bits(h0, j + 1u), ((q1 >> vec4u(4u)) & NIBBLES) | fifth_bits(h1, j + 1u),
      h.xx, h.yy));
}
fn codes32(group: u32) -> Codes {
  let block = group / 8u;
  let j = group & 7u;
  let shift = vec4u(4u * (j & 1u));
  let g = affine_group(params.plane2 / 4u + block, j);
  let at = (group / 2u) * 2u;
  let high = params.plane1 / 4u + block * 2u;
  return Codes(((w4[at] >> shift) & NIBBLES) | fifth_bits(w4[high], j),
    ((w4[at + 1u] >> shift) & NIBBLES) | fifth_bits(w4[high + 1u], j), g.xx, g.yy);
}
