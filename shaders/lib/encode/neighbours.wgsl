//#import lib/float/exact
// Nearest codebook points (`search`, src/quant/codebook/tables.ts). A point is one word: its index << 16 and its codes.
// A list is read one point ahead, so that the load overlaps the sum. Terms of a distance are added in order.
const OFF: u32 = 0x80000000u;            // set if the rounded tuple was not a codebook point
const FARTHEST: f32 = 3.4028234e38;

fn point_index(point: u32) -> u32 { return (point >> 16u) & 0x7fffu; }

fn codes_of_eight(point: u32) -> vec4u { return (vec4u(point) >> vec4u(0u, 2u, 4u, 6u)) & vec4u(3u); }
fn codes_of_four(point: u32) -> vec4u { return (vec4u(point) >> vec4u(0u, 3u, 6u, 9u)) & vec4u(7u); }

// Squared errors of four weights, count * (scale * q - v)^2, for each of three codes. Computed once for all candidates.
struct Costs { low: vec4f, middle: vec4f, high: vec4f, }

fn cost4(off: vec4f, count: vec4f) -> vec4f { return fence4(fence4(count * off) * off); }
fn costs4(q: vec3f, scale: f32, v: vec4f, count: vec4f) -> Costs {
  let s = fence3(scale * q);
  return Costs(cost4(fence4(s.x - v), count), cost4(fence4(s.y - v), count), cost4(fence4(s.z - v), count));
}
// Costs of the codes 0, 1, 2 in the lowest four 2-bit fields.
fn pick4(costs: Costs, codes: u32) -> vec4f {
  let c = vec4u(codes) >> vec4u(0u, 2u, 4u, 6u);
  let odd = (c & vec4u(1u)) != vec4u();
  let high = (c & vec4u(2u)) != vec4u();
  return select(select(costs.low, costs.middle, odd), costs.high, high);
}
fn add4(sum: f32, v: vec4f) -> f32 { return fence(fence(fence(fence(sum + v.x) + v.y) + v.z) + v.w); }

// Nearest of a list of points of eight 2-bit codes. Costs are not negative, so half a point may be enough to drop it.
fn nearest_of_eights(list: u32, a: Costs, b: Costs) -> u32 {
  let end = list + search[list];
  var least = FARTHEST;
  var point = 0u;
  var next = search[list + 1u];
  for (var j = list + 1u; j <= end; j++) {
    let candidate = next;
    next = search[j + 1u];
    var distance = add4(0.0, pick4(a, candidate));
    if (distance < least) {
      distance = add4(distance, pick4(b, candidate >> 8u));
      if (distance < least) {
        least = distance;
        point = candidate;
      }
    }
  }
  return point;
}
// Nearest of a list of points of four 3-bit codes c, which stand for (2 c + 1) scale.
fn nearest_of_fours(list: u32, scale: f32, v: vec4f, count: vec4f) -> u32 {
  let end = list + search[list];
  var least = FARTHEST;
  var point = 0u;
  var next = search[list + 1u];
  for (var j = list + 1u; j <= end; j++) {
    let candidate = next;
    next = search[j + 1u];
    let q = 2.0 * vec4f(codes_of_four(candidate)) + 1.0;
    let distance = add4(0.0, cost4(fence4(fence4(scale * q) - v), count));
    if (distance < least) {
      least = distance;
      point = candidate;
    }
  }
  return point;
}
