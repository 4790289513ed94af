// Every invocation of a workgroup encodes ENCODE_GROUP weights on its own: `encode_group`.
const WORKGROUP: u32 = 64u;

fn encode_workgroup(workgroup: u32, invocation: u32) {
  let group = workgroup * WORKGROUP + invocation;
  if (group * ENCODE_GROUP >= params.elements) { return; }
  encode_group(group);
}
