// Division and square root in integer arithmetic, correctly rounded on any hardware.

// a / b by integer long division. Exact for normal operands and results.
fn div(a: f32, b: f32) -> f32 {
  let ua = bitcast<u32>(a);
  let ub = bitcast<u32>(b);
  let sign = (ua ^ ub) & 0x80000000u;
  let ea = (ua >> 23u) & 255u;
  let eb = (ub >> 23u) & 255u;
  if (ea == 0u) { return bitcast<f32>(sign); }
  if (eb == 0u || ea == 255u || eb == 255u) { return a / b; }
  let ma = (ua & 0x7fffffu) | 0x800000u;
  let mb = (ub & 0x7fffffu) | 0x800000u;
  var e = i32(ea) - i32(eb) + 127;
  var r = ma;
  if (ma < mb) {
    r = ma << 1u;
    e -= 1;
  }
  r -= mb;                                  // the integer bit of the quotient is always 1
  var q = 1u;
  for (var k = 0u; k < 3u; k++) {           // 24 fraction bits, 8 at a time
    let t = r << 8u;
    let digit = t / mb;
    r = t - digit * mb;
    q = (q << 8u) | digit;
  }
  var m = q >> 1u;                          // 24 bits kept, one to round by, r is sticky
  if ((q & 1u) == 1u && (r != 0u || (m & 1u) == 1u)) { m += 1u; }
  if (m == 0x1000000u) {
    m = 0x800000u;
    e += 1;
  }
  if (e >= 255) { return bitcast<f32>(sign | 0x7f800000u); }
  if (e <= 0) { return a / b; }
  return bitcast<f32>(sign | (u32(e) << 23u) | (m & 0x7fffffu));
}

// Square root of a normal number, digit by digit. 0 if x is not positive.
fn square_root(x: f32) -> f32 {
  if (!(x > 0.0)) { return 0.0; }
  let bits = bitcast<u32>(x);
  var e = i32(bits >> 23u) - 127;
  var digits = ((bits & 0x7fffffu) | 0x800000u) << 7u;      // 24 bits, the first digit pair on top
  if ((e & 1) != 0) {
    digits <<= 1u;
    e -= 1;
  }
  var rest = 0u;
  var root = 0u;
  for (var i = 0u; i < 25u; i++) {                           // 24 bits and one to round by
    rest = (rest << 2u) | (digits >> 30u);
    digits <<= 2u;
    root <<= 1u;
    let trial = (root << 1u) | 1u;
    if (rest >= trial) {
      rest -= trial;
      root |= 1u;
    }
  }
  let mantissa = (root >> 1u) + (root & 1u);                 // a square root never ties
  return bitcast<f32>((u32(e / 2 + 127) << 23u) + (mantissa - 0x800000u));
}
