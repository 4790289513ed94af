//#import codec/decode
// Floats have no codes.
fn weights32(group: u32) -> array<vec4f, 8> {
  let a = w4[group * 4u];
  let b = w4[group * 4u + 1u];
  let c = w4[group * 4u + 2u];
  let d = w4[group * 4u + 3u];
  return array(upper_halves(a.x, a.y), upper_halves(a.z, a.w), upper_halves(b.x, b.y), upper_halves(b.z, b.w), upper_halves(c.x, c.y), upper_halves(c.z, c.w),
    upper_halves(d.x, d.y), upper_halves(d.z, d.w));
}
