// Planes: qs = 8 words a block; d = f16, two blocks a word.
fn block_scale(block: u32) -> f32 { return unpack2x16float(w[params.plane1 + block / 2u])[block & 1u]; }
fn decode4(quad: u32) -> vec4f { return vec4f(unpack4xI8(w[quad])) * block_scale(quad / 8u); }
fn decode32(group: u32) -> array<vec4f, 8> {
  let d = block_scale(group);
  let a = w4[group * 2u];
  let b = w4[group * 2u + 1u];
  return array(vec4f(unpack4xI8(a.x)) * d, vec4f(unpack4xI8(a.y)) * d, vec4f(unpack4xI8(a.z)) * d,
    vec4f(unpack4xI8(a.w)) * d, vec4f(unpack4xI8(b.x)) * d, vec4f(unpack4xI8(b.y)) * d,
    vec4f(unpack4xI8(b.z)) * d, vec4f(unpack4xI8(b.w)) * d);
}
