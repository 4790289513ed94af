import { encodeUtf8 } from '../util/utf8';

/** GPT-2's printable characters for bytes, character to byte. */
export const byteOfChar: ReadonlyMap<string, number> = (() => {
  const map = new Map<string, number>();
  let extra = 256;
  for (let b = 0; b < 256; b++) {
    const printable = (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
    map.set(String.fromCharCode(printable ? b : extra++), b);
  }
  return map;
})();

export function byteLevelBytes(token: string): Uint8Array {
  const out: number[] = [];
  for (const char of token) {
    const b = byteOfChar.get(char);
    if (b === undefined) out.push(...encodeUtf8(char));
    else out.push(b);
  }
  return Uint8Array.from(out);
}

/** The bytes of a SentencePiece token: a single byte (<0x0A>), or text with U+2581 for spaces. */
export function sentencePieceBytes(token: string, isByte: boolean): Uint8Array {
  if (isByte) return Uint8Array.of(Number.parseInt(token.slice(3, 5), 16));
  return encodeUtf8(token.replaceAll('\u2581', ' '));
}
