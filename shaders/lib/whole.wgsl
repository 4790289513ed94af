// Formats whose blocks an invocation makes alone, from the weights to the words.
const PARTS: u32 = 1u;
fn fit_part(group: u32, part: u32) {}
