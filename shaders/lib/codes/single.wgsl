// For formats whose groups of 32 share no bytes. A span is one group.
const GROUPS_IN_SPAN: u32 = 1u;
struct Span { a: Codes, b: Codes, }
fn codes_of_span(span: u32) -> Span {
  let a = codes32(span);
  return Span(a, a);
}
fn first_group(span: u32) -> u32 { return span; }
fn second_group(span: u32) -> u32 { return span; }
