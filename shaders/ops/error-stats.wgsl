// Adds (squared error, squares, count of non-finite inputs) of an invocation's weights to its entry of `sums`, so that
// a tensor quantized in slices ends with one set of partial sums.
//#import codec/decode
struct Params { quads: u32, elements: u32, first_quad: u32, plane1: u32, plane2: u32, plane3: u32, workers: u32, }
@group(0) @binding(0) var<storage, read> w4: array<vec4u>;
@group(0) @binding(1) var<storage, read> w: array<u32>;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> sums: array<vec4f>;
@group(0) @binding(4) var<storage, read> points: array<u32>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u) {
  if (gid.x >= params.workers) { return; }
  var total = sums[gid.x];
  for (var quad = gid.x; quad < params.quads; quad += params.workers) {
    let want = x[quad];
    let bits = bitcast<vec4u>(want);
    // Elements past the end of the tensor do not count.
    let inside = vec4u(quad * 4u) + vec4u(0u, 1u, 2u, 3u) < vec4u(params.elements);
    let finite = (bits & vec4u(0x7f800000u)) != vec4u(0x7f800000u);
    let error = select(vec4f(), decode4(params.first_quad + quad) - want, inside & finite);
    let value = select(vec4f(), want, inside & finite);
    total.x += dot(error, error);
    total.y += dot(value, value);
    total.z += dot(vec4f(inside & !finite), vec4f(1.0));
  }
  sums[gid.x] = total;
}
