// Weighted squared error of three codes of a weight, computed once for all candidates: count * (scale * q - v)^2.
fn costs_of(q: vec3f, scale: f32, v: f32, count: f32) -> vec3f {
  let off = fence3(fence3(scale * q) - v);
  return fence3(fence3(count * off) * off);
}
fn pick(three: vec3f, code: u32) -> f32 { return select(select(three.z, three.y, code == 1u), three.x, code == 0u); }
