// Products by integers: each workgroup rounds x to int8 in blocks of 32 once, into workgroup memory.
//#import lib/int8
//#import lib/norm32
override STAGED: u32 = 32u;
var<workgroup> staged_codes: array<vec4u, STAGED / 16u>;
var<workgroup> staged_heads: array<vec2u, STAGED / 32u>;
var<workgroup> team_squares: array<f32, TEAMS>;
var<private> inverse_rms: f32 = 1.0;

fn stage(thread: u32) {
  var squares = 0.0;
  for (var b = thread; b < params.cols / 32u; b += LANES * TEAMS) {
    let i = b * 8u;
    var v = input32(x_at + i);
    if (NORM) {
      squares += squares32(v);
      v = normalized32(v, i, 1.0);
    }
    let block = to_block8(v);
    staged_codes[b * 2u] = block.lo;
    staged_codes[b * 2u + 1u] = block.hi;
    staged_heads[b] = pack_head(block);
  }
  if (NORM) {
    let sum = lane_sum(squares, thread % LANES);
    if (thread % LANES == 0u) { team_squares[thread / LANES] = sum; }
  }
  workgroupBarrier();
  if (NORM) {
    var total = 0.0;
    for (var t = 0u; t < TEAMS; t++) { total += team_squares[t]; }
    inverse_rms = 1.0 / sqrt(total / f32(params.cols) + params.epsilon);
  }
}

struct Staged { lo: vec4u, hi: vec4u, step: f32, sums: vec2f, }
fn staged(group: u32) -> Staged {
  let head = staged_heads[group];
  return Staged(staged_codes[group * 2u], staged_codes[group * 2u + 1u], head_step(head), head_sums(head));
}
fn weigh_span(span: u32, a: Staged, b: Staged) -> f32 {
  let c = codes_of_span(span);
  let first = a.step * weigh_codes(c.a, a.lo, a.hi, a.sums);
  if (GROUPS_IN_SPAN == 1u) { return first; }
  return first + b.step * weigh_codes(c.b, b.lo, b.hi, b.sums);
}

// Four rows of W times x.
fn row_products(rows: vec4u, lane: u32) -> vec4f {
  var acc = vec4f();
  let spans = params.cols / (32u * GROUPS_IN_SPAN);
  let at = rows * spans;
  for (var s = lane; s < spans; s += LANES) {
    let a = staged(first_group(s));
    let b = staged(second_group(s));
    acc += vec4f(weigh_span(at.x + s, a, b), weigh_span(at.y + s, a, b), weigh_span(at.z + s, a, b),
      weigh_span(at.w + s, a, b));
  }
  return lane_sum4(acc, lane) * inverse_rms;
}
