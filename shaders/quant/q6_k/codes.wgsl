//#import codec/decode
//#import lib/codes/codes
//#import lib/codes/second
const HALVES: bool = true;
fn half_steps(block: u32, group: u32) -> vec2f {
  let d = unpack2x16float(w[params.plane3 + block / 2u] >> (16u * (block & 1u))).x;
  let scales = bitcast<i32>(w[params.plane2 + block * 4u + group / 2u] >> (16u * (group & 1u)));
  return d * vec2f(vec2i(scales << 24u, scales << 16u) >> vec2u(24u));
}
// 6-bit codes of quarter `quarter` of a half, from low nibbles and high bit pairs.
fn sixes(low: vec4u, high: vec4u, quarter: u32) -> vec4u {
  return ((low >> vec4u(4u * (quarter >> 1u))) & NIBBLES) | (((high >> vec4u(2u * quarter)) & PAIRS) << vec4u(4u));
}
fn codes_of_span(span: u32) -> Span {
  let group = first_group(span) & 7u;
  let block = span / 4u;
  let at = span * 2u;
  let high = params.plane1 / 4u + (span >> 1u) * 2u;
  let l0 = w4[at];
  let l1 = w4[at + 1u];
  let h0 = w4[high];
  let h1 = w4[high + 1u];
  let quarter = span & 1u;
  let s = half_steps(block, group);
  let t = half_steps(block, group + 2u);
  return Span(Codes(sixes(l0, h0, quarter), sixes(l1, h1, quarter), s, 32.0 * s),
    Codes(sixes(l0, h0, quarter + 2u), sixes(l1, h1, quarter + 2u), t, 32.0 * t));
}
fn codes32(group_index: u32) -> Codes {
  let block = group_index / 8u;
  let group = group_index & 7u;
  let at = block * 8u + (group >> 2u) * 4u + (group & 1u) * 2u;
  let high = params.plane1 / 4u + block * 4u + (group >> 2u) * 2u;
  let s = half_steps(block, group);
  return Codes(sixes(w4[at], w4[high], group & 3u), sixes(w4[at + 1u], w4[high + 1u], group & 3u), s, 32.0 * s);
}
