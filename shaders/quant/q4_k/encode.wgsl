//#import lib/encode/by-invocation
//#import lib/encode/k-affine
const ENCODE_GROUP: u32 = 256u;

fn encode_group(group: u32) {
  let at = group * 256u;
  let block = params.first_block + group;
  encode_head(at, params.plane1 + block * 4u, Search(32u, 15.0, -1.0, 0.1, 20, false));
  for (var k = 0u; k < 32u; k++) {
    let j = 2u * (k >> 3u);
    var word = 0u;
    for (var b = 0u; b < 4u; b++) {
      let i = 4u * (k & 7u) + b;
      word |= (affine_code(at, j, i, 15.0) | (affine_code(at, j + 1u, i, 15.0) << 4u)) << (8u * b);
    }
    w[block * 32u + k] = word;
  }
}
