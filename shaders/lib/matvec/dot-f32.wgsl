// Dot products in float32. x is read from storage; this module has no barriers of its own.
//#import codec/codes
//#import lib/product/norm32
//#import lib/product/rows-in-loop
fn stage(thread: u32) {}

fn dot32(group: u32, v: array<vec4f, 8>) -> f32 {
  let q = weights32(group);
  let sum = q[0] * v[0] + q[1] * v[1] + q[2] * v[2] + q[3] * v[3] + q[4] * v[4] + q[5] * v[5] + q[6] * v[6]
    + q[7] * v[7];
  return dot(sum, vec4f(1.0));
}

// Dot products of four rows of W with x.
fn row_products(rows: vec4u, invocation: u32) -> vec4f {
  var acc = vec4f();
  var squares = 0.0;
  let groups = params.cols / 32u;
  if (params.cols % 32u == 0u) {
    let at = rows * groups;
    for (var g = invocation; g < groups; g += SUBGROUP_SIZE) {
      let i = g * 8u;
      var v = input32(x_at + i);
      if (NORM) {
        squares += squares32(v);
        v = normalized32(v, i, 1.0);
      }
      if (ROWS_IN_LOOP) {
        for (var r = 0u; r < 4u; r++) { acc[r] += dot32(at[r] + g, v); }
      } else {
        acc += vec4f(dot32(at.x + g, v), dot32(at.y + g, v), dot32(at.z + g, v), dot32(at.w + g, v));
      }
    }
  } else {
    let quads = params.cols / 4u;
    let at = rows * quads;
    for (var i = invocation; i < quads; i += SUBGROUP_SIZE) {
      var v = x[x_at + i];
      if (NORM) {
        squares += dot(v, v);
        v *= norm[i];
      }
      if (ROWS_IN_LOOP) {
        for (var r = 0u; r < 4u; r++) { acc[r] += dot(decode4(at[r] + i), v); }
      } else {
        acc += vec4f(dot(decode4(at.x + i), v), dot(decode4(at.y + i), v), dot(decode4(at.z + i), v),
          dot(decode4(at.w + i), v));
      }
    }
  }
  let sums = subgroup_sum4(acc, invocation);
  if (NORM) { return sums / sqrt(subgroup_sum(squares, invocation) / f32(params.cols) + params.epsilon); }
  return sums;
}
