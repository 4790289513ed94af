enable subgroups;
// A team of lanes is one subgroup: no barriers, no workgroup memory.
fn lane_sum(x: f32, lane: u32) -> f32 { return subgroupAdd(x); }
fn lane_sum4(x: vec4f, lane: u32) -> vec4f { return subgroupAdd(x); }
fn lane_max(x: f32, lane: u32) -> f32 { return subgroupMax(x); }
fn lane_max4(x: vec4f, lane: u32) -> vec4f { return subgroupMax(x); }
fn lane_broadcast(x: f32, lane: u32, source: u32) -> f32 { return subgroupShuffle(x, source); }
