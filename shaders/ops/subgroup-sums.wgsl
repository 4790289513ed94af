// What teams of lanes come to, for a self-test: each invocation writes the sum, the most and the third lane's value of what
// its team holds.
//#import lanes
struct Params { seed: u32, zero: u32 }
@group(0) @binding(0) var<storage, read_write> found: array<vec4f>;
@group(0) @binding(1) var<uniform> params: Params;

override LANES: u32 = 64u;
override TEAMS: u32 = 1u;

@compute @workgroup_size(LANES * TEAMS)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) thread: u32) {
  let lane = thread % LANES;
  let at = wid.x * LANES * TEAMS + thread;
  let value = f32((at * 37u + params.seed) % 61u);
  // In a loop, as the kernels have it.
  var out = vec4f();
  for (var i = 0u; i <= params.zero; i++) {
    out = vec4f(lane_sum(value, lane), lane_max(value, lane), lane_broadcast(value, lane, 3u),
      lane_sum4(vec4f(1.0, value, 0.0, 0.0), lane).x);
  }
  found[at] = out;
}
