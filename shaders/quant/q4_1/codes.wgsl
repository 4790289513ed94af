//#import codec/decode
//#import lib/codes/codes
//#import lib/codes/single
const HALVES: bool = false;
fn codes32(group: u32) -> Codes {
  let q = w4[group];
  let dm = unpack2x16float(w[params.plane1 + group]);
  return Codes(q & NIBBLES, (q >> vec4u(4u)) & NIBBLES, dm.xx, -dm.yy);
}
