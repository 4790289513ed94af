//#import lib/encode/by-invocation
const ENCODE_GROUP: u32 = 4u;
fn encode_group(group: u32) {
  for (var i = group * 4u; i < min(group * 4u + 4u, params.elements); i++) {
    w[params.first_block + i] = bitcast<u32>(x[i]);
  }
}
