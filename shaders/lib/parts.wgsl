// Formats whose search is long are fitted in parts: an invocation a part (a group of weights with a scale of its own),
// results in workgroup memory, then one invocation packs the blocks of an ENCODE_GROUP. The format states PARTS and
// fit_part(group, part); fits of the group being packed begin at first_fit.
var<workgroup> fit_scales: array<f32, 64>;
var<workgroup> fit_words: array<vec4u, 64>;

fn part_scale(part: u32) -> f32 { return fit_scales[first_fit + part]; }
fn part_words(part: u32) -> vec4u { return fit_words[first_fit + part]; }
fn keep_part(part: u32, scale: f32, words: vec4u) {
  fit_scales[first_fit + part] = scale;
  fit_words[first_fit + part] = words;
}
