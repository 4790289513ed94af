// A group of 32 weights as int8 codes in order: weight = step * code - low, with one step and low per half of 16.
// Each block format defines `codes32(group)` besides decode4, and HALVES: false if the halves share step and low.
struct Codes { lo: vec4u, hi: vec4u, step: vec2f, low: vec2f, }

fn weights4(codes: u32, step: f32, low: f32) -> vec4f { return vec4f(unpack4xI8(codes)) * step - low; }
fn weights32(group: u32) -> array<vec4f, 8> {
  let c = codes32(group);
  return array(weights4(c.lo.x, c.step.x, c.low.x), weights4(c.lo.y, c.step.x, c.low.x),
    weights4(c.lo.z, c.step.x, c.low.x), weights4(c.lo.w, c.step.x, c.low.x),
    weights4(c.hi.x, c.step.y, c.low.y), weights4(c.hi.y, c.step.y, c.low.y),
    weights4(c.hi.z, c.step.y, c.low.y), weights4(c.hi.w, c.step.y, c.low.y));
}

const NIBBLES = vec4u(0x0f0f0f0fu);
const PAIRS = vec4u(0x03030303u);
const ONES = vec4u(0x01010101u);

// Spreads the low four bits of each word: bit i becomes byte i.
fn bits_to_bytes(bits: vec4u) -> vec4u { return ((bits & vec4u(15u)) * 0x00204081u) & ONES; }
// The low 16 bits as 16 bytes.
fn bytes_of_bits(bits: u32) -> vec4u { return bits_to_bytes(vec4u(bits) >> vec4u(0u, 4u, 8u, 12u)); }
// 16 two-bit codes as 16 bytes.
fn bytes_of_pairs(bits: u32) -> vec4u {
  let p = (vec4u(bits) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(255u);
  return (p | (p << vec4u(6u)) | (p << vec4u(12u)) | (p << vec4u(18u))) & PAIRS;
}
