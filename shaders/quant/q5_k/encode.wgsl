//#import lib/encode/by-invocation
//#import lib/encode/k-affine
const ENCODE_GROUP: u32 = 256u;

fn encode_group(group: u32) {
  let at = group * 256u;
  let block = params.first_block + group;
  encode_head(at, params.plane2 + block * 4u, Search(32u, 31.0, -0.5, 0.1, 15, false));
  for (var k = 0u; k < 8u; k++) {
    var high = 0u;
    for (var p = 0u; p < 4u; p++) {
      var word = 0u;
      for (var b = 0u; b < 4u; b++) {
        let i = 4u * k + b;
        let lo = affine_code(at, 2u * p, i, 31.0);
        let hi = affine_code(at, 2u * p + 1u, i, 31.0);
        word |= ((lo & 15u) | ((hi & 15u) << 4u)) << (8u * b);
        high |= (((lo >> 4u) << (2u * p)) | ((hi >> 4u) << (2u * p + 1u))) << (8u * b);
      }
      w[block * 32u + p * 8u + k] = word;
    }
    w[params.plane1 + block * 8u + k] = high;
  }
}
