// Self-test: counts differences between the device's float arithmetic and integer arithmetic over pseudo-random
// operands.
//#import lib/float/f16
//#import lib/float/arithmetic-integer
struct Params { cases: u32, samples: u32, zero: u32, }
struct Counts {
  division: atomic<u32>,
  constant_division: atomic<u32>,
  square_root: atomic<u32>,
  contraction: atomic<u32>,
  packing: atomic<u32>,
  denormals: atomic<u32>,
}
@group(0) @binding(0) var<storage, read_write> counts: Counts;
@group(0) @binding(1) var<storage, read_write> samples: array<vec4f>;   // a, b, a / b, sqrt(a) in integer arithmetic
@group(0) @binding(2) var<uniform> params: Params;

fn opaque_bits(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) ^ params.zero); }
fn hash(x: u32) -> u32 {
  let s = x * 747796405u + 2891336453u;
  let word = ((s >> ((s >> 28u) + 4u)) ^ s) * 277803737u;
  return (word >> 22u) ^ word;
}
// A normal number between 2^-16 and 2^16.
fn operand(seed: u32) -> f32 {
  let bits = hash(seed);
  return bitcast<f32>((bits & 0x007fffffu) | ((111u + (hash(bits) & 31u)) << 23u));
}
fn differs(a: f32, b: f32) -> bool { return bitcast<u32>(a) != bitcast<u32>(b); }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u) {
  let i = gid.x;
  if (i >= params.cases) { return; }
  let a = operand(3u * i);
  let b = operand(3u * i + 1u);
  let c = -operand(3u * i + 2u);
  let quotient = div(a, b);
  let root = square_root(a);
  if (i < params.samples) { samples[i] = vec4f(a, b, quotient, root); }
  if (differs(a / opaque_bits(b), quotient)) { atomicAdd(&counts.division, 1u); }
  if (differs(a / 31.0, div(a, opaque_bits(31.0)))) { atomicAdd(&counts.constant_division, 1u); }
  if (differs(sqrt(opaque_bits(a)), root)) { atomicAdd(&counts.square_root, 1u); }
  if (differs(a * b + c, opaque_bits(a * b) + c)) { atomicAdd(&counts.contraction, 1u); }
  let small = opaque_bits(a * 0.0000001);
  if ((pack2x16float(vec2f(small, 0.0)) & 0xffffu) != f16_bits(small)) { atomicAdd(&counts.packing, 1u); }
  let denormal = opaque_bits(bitcast<f32>(0x00400000u | (i & 0xffffu)));
  if (bitcast<u32>(denormal * opaque_bits(1.0)) != bitcast<u32>(denormal)) { atomicAdd(&counts.denormals, 1u); }
}
