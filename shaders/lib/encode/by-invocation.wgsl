// Every invocation of a workgroup encodes ENCODE_GROUP weights on its own: `encode_group`.
const WIDTH: u32 = 64u;

fn encode_workgroup(workgroup: u32, invocation: u32) {
  let group = workgroup * WIDTH + invocation;
  if (group * ENCODE_GROUP >= params.elements) { return; }
  encode_group(group);
}
