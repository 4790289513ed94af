// A span is a pair of groups that share bytes: g and g + 2.
const GROUPS_IN_SPAN: u32 = 2u;
struct Span { a: Codes, b: Codes, }
fn first_group(span: u32) -> u32 { return (span >> 1u) * 4u + (span & 1u); }
fn second_group(span: u32) -> u32 { return first_group(span) + 2u; }
