// Looks up the low nibble of each byte in a table of 16 int8, packed four per word. Words are chosen by selection: an
// index at run time would put the table into memory on some devices.
fn looked_up(nibbles: u32, table: vec4u) -> u32 {
  let i = unpack4xU8(nibbles & 0x0f0f0f0fu);
  let upper = (i & vec4u(4u)) != vec4u();
  let low = select(vec4u(table.x), vec4u(table.y), upper);
  let high = select(vec4u(table.z), vec4u(table.w), upper);
  let words = select(low, high, i >= vec4u(8u));
  let bytes = (words >> ((i & vec4u(3u)) * 8u)) & vec4u(255u);
  return bytes.x | (bytes.y << 8u) | (bytes.z << 16u) | (bytes.w << 24u);
}
