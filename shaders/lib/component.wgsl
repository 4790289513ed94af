// Component i of a vector. An index at run time would put the vector into memory on some devices.
fn component(v: vec4f, i: u32) -> f32 { return select(select(v.x, v.y, i == 1u), select(v.z, v.w, i == 3u), i > 1u); }
