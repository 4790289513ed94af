// Linear workgroup index in a grid that wraps to a second axis (src/gpu/kernel.ts: grid).
const GRID_WIDTH: u32 = 32768u;
fn linear_workgroup(wid: vec3u) -> u32 { return wid.y * GRID_WIDTH + wid.x; }
