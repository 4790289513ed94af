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
    var v = array(x[i], x[i + 1u], x[i + 2u], x[i + 3u], x[i + 4u], x[i + 5u], x[i + 6u], x[i + 7u]);
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

// Four rows of W times x.
fn row_products(rows: vec4u, lane: u32) -> vec4f {
  var acc = vec4f();
  let groups = params.cols / 32u;
  let at = rows * groups;
  for (var g = lane; g < groups; g += LANES) {
    let lo = staged_codes[g * 2u];
    let hi = staged_codes[g * 2u + 1u];
    let head = staged_heads[g];
    let sums = head_sums(head);
    acc += head_step(head) * vec4f(weigh8(at.x + g, lo, hi, sums), weigh8(at.y + g, lo, hi, sums),
      weigh8(at.z + g, lo, hi, sums), weigh8(at.w + g, lo, hi, sums));
  }
  return lane_sum4(acc, lane) * inverse_rms;
}
