// Dot products of codes. Each workgroup rounds x once, into workgroup memory. Slot `staged`: int8 or float16.
//#import staged
//#import lib/product/rows-in-loop
var<workgroup> subgroup_squares: array<f32, SUBGROUPS>;
var<private> inverse_rms: f32 = 1.0;

fn stage(thread: u32) {
  let squares = stage_columns(thread);
  if (NORM) {
    let sum = subgroup_sum(squares, thread % SUBGROUP_SIZE);
    if (thread % SUBGROUP_SIZE == 0u) { subgroup_squares[thread / SUBGROUP_SIZE] = sum; }
  }
  workgroupBarrier();
  if (NORM) {
    var total = 0.0;
    for (var t = 0u; t < SUBGROUPS; t++) { total += subgroup_squares[t]; }
    inverse_rms = 1.0 / sqrt(total / f32(params.cols) + params.epsilon);
  }
}

fn dot_span(span: u32, a: Staged, b: Staged) -> f32 {
  let c = codes_of_span(span);
  let first = dot_staged(c.a, a);
  if (GROUPS_IN_SPAN == 1u) { return first; }
  return first + dot_staged(c.b, b);
}

// Dot products of four rows of W with x.
fn row_products(rows: vec4u, invocation: u32) -> vec4f {
  var acc = vec4f();
  // The number of columns is a constant here, so that the loop can be unrolled: more loads are then under way.
  let spans = STAGED / (32u * GROUPS_IN_SPAN);
  let at = rows * spans;
  for (var s = invocation; s < spans; s += SUBGROUP_SIZE) {
    let a = staged(first_group(s));
    let b = staged(second_group(s));
    if (ROWS_IN_LOOP) {
      for (var r = 0u; r < 4u; r++) { acc[r] += dot_span(at[r] + s, a, b); }
    } else {
      acc += vec4f(dot_span(at.x + s, a, b), dot_span(at.y + s, a, b), dot_span(at.z + s, a, b),
        dot_span(at.w + s, a, b));
    }
  }
  return subgroup_sum4(acc, invocation) * inverse_rms;
}
