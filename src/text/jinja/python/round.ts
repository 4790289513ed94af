/** Half goes to the even digit, of the value's exact binary expansion, as Python rounds. */
export function roundHalfEven(value: number, digits: number): number {
  if (!Number.isFinite(value) || digits > 22) return value;
  if (digits < 0) {
    const power = 10 ** -digits;
    return roundHalfEven(value / power, 0) * power;
  }
  if (digits === 0) {
    const floor = Math.floor(value);
    const rest = value - floor;
    const rounded = rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1;
    return rounded === 0 && value < 0 ? -0 : rounded;
  }
  // toFixed rounds a tie, which only a dyadic fraction can be, away from zero.
  const scaled = value * 10 ** digits;
  const isTie = Math.abs(scaled % 1) === 0.5 && Number.isInteger(value * 2 ** (digits + 1));
  return isTie ? roundHalfEven(scaled, 0) / 10 ** digits : Number(value.toFixed(digits));
}

/** Decimal digits after the point, as Python's %f writes a number that is not negative. */
export function fixedText(value: number, digits: number): string {
  if (value >= 1e21) return String(BigInt(value)) + (digits > 0 ? `.${'0'.repeat(digits)}` : '');
  return (digits <= 22 ? roundHalfEven(value, digits) : value).toFixed(digits);
}
