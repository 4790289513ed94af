// Measures dispatch overhead: does nothing but depend on the dispatch before.
struct Params { step: u32, }
@group(0) @binding(0) var<storage, read_write> y: array<u32>;
@group(0) @binding(1) var<uniform> params: Params;

@compute @workgroup_size(1)
fn main() { y[0] += params.step; }
