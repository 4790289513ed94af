enable subgroups;
// A hardware subgroup: no barriers and no workgroup memory.
fn subgroup_sum(x: f32, invocation: u32) -> f32 { return subgroupAdd(x); }
fn subgroup_sum4(x: vec4f, invocation: u32) -> vec4f { return subgroupAdd(x); }
fn subgroup_max(x: f32, invocation: u32) -> f32 { return subgroupMax(x); }
fn subgroup_max4(x: vec4f, invocation: u32) -> vec4f { return subgroupMax(x); }
fn subgroup_broadcast(x: f32, invocation: u32, source: u32) -> f32 { return subgroupShuffle(x, source); }
