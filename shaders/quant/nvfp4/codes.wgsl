//#import codec/decode
//#import lib/codes/fp4
//#import lib/codes/single
const HALVES: bool = true;
fn codes32(group: u32) -> Codes {
  let q = w4[group];
  let s = (group & 1u) * 2u;
  let step = vec2f(group_scale(group / 2u, s), group_scale(group / 2u, s + 1u));
  return Codes(fp4_bytes(vec4u(q.xy, q.xy >> vec2u(4u))), fp4_bytes(vec4u(q.zw, q.zw >> vec2u(4u))), step, vec2f());
}
