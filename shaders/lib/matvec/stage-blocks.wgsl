//#import lib/product/norm32
// Stages x by blocks of 32, one an invocation. Returns the sum of squares of the invocation's columns.
fn stage_blocks(thread: u32) -> f32 {
  var squares = 0.0;
  for (var b = thread; b < params.cols / 32u; b += SUBGROUP_SIZE * SUBGROUPS) {
    let i = b * 8u;
    var v = input32(x_at + i);
    if (NORM) {
      squares += squares32(v);
      v = normalized32(v, i, 1.0);
    }
    keep_block(b, v);
  }
  return squares;
}
