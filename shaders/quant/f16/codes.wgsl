//#import codec/decode
// Floats have no codes.
fn weights32(group: u32) -> array<vec4f, 8> {
  let a = w4[group * 4u];
  let b = w4[group * 4u + 1u];
  let c = w4[group * 4u + 2u];
  let d = w4[group * 4u + 3u];
  return array(halves(a.x, a.y), halves(a.z, a.w), halves(b.x, b.y), halves(b.z, b.w), halves(c.x, c.y), halves(c.z, c.w),
    halves(d.x, d.y), halves(d.z, d.w));
}
