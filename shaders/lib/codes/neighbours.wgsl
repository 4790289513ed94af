// A span is a pair of groups that share bytes: 2 s and 2 s + 1.
const GROUPS_IN_SPAN: u32 = 2u;
struct Span { a: Codes, b: Codes, }
fn first_group(span: u32) -> u32 { return span * 2u; }
fn second_group(span: u32) -> u32 { return span * 2u + 1u; }
