import { describe, expect, test } from 'vitest';
import { seededRandom } from './random';
import {
  compareBytes,
  decodeUtf8,
  displayText,
  encodeUtf8,
  firstBytes,
  firstInvalidUtf8,
  Utf8Stream,
} from './utf8';

/** Random bytes, half of them taken from well-formed characters of every length. */
function mixed(count: number, seed: number): Uint8Array<ArrayBuffer> {
  const next = seededRandom(seed);
  const pools = ['a', '\0', '\ufeff', 'é', '\u2581', '\u{1f44d}', '\ud7ff', '\ue000', '\u{10ffff}'];
  const out: number[] = [];
  while (out.length < count) {
    if (next() < 0.5) out.push(Math.floor(next() * 256));
    else out.push(...Buffer.from(pools[Math.floor(next() * pools.length)]!));
  }
  return Uint8Array.from(out);
}

describe('strings of files', () => {
  test('any bytes come back from the string that they became', () => {
    for (let seed = 1; seed <= 2000; seed++) {
      const bytes = mixed(seed % 40, seed);
      const text = decodeUtf8(bytes);
      expect(Buffer.compare(encodeUtf8(text), bytes), Buffer.from(bytes).toString('hex')).toBe(0);
      expect(firstInvalidUtf8(bytes) >= 0).toBe(/[\udc80-\udcff]/u.test(text));
    }
  });
  test('every pair of bytes, and every byte after a cut character', () => {
    const lost: string[] = [];
    for (let a = 0; a < 256; a++)
      for (let b = 0; b < 256; b++)
        for (const bytes of [Uint8Array.of(a, b), Uint8Array.of(0xf0, 0x9f, a, b), Uint8Array.of(0xe2, a, b)])
          if (Buffer.compare(encodeUtf8(decodeUtf8(bytes)), bytes) !== 0)
            lost.push(Buffer.from(bytes).toString('hex'));
    expect(lost).toEqual([]);
  });
  test('marks, NUL and well-formed text are what they are; other bytes are escaped one by one', () => {
    expect(decodeUtf8(Buffer.from('\ufeffa\0\ufeff'))).toBe('\ufeffa\0\ufeff');
    expect(decodeUtf8(Uint8Array.of(0xff, 0x41, 0xe2, 0x96))).toBe('\udcff' + 'A\udce2\udc96');
    // Surrogates, long forms and what lies beyond U+10FFFF are not UTF-8.
    for (const bytes of [
      [0xed, 0xa0, 0x80],
      [0xc0, 0x80],
      [0xe0, 0x80, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
    ])
      expect(decodeUtf8(Uint8Array.from(bytes))).toBe(String.fromCharCode(...bytes.map((b) => 0xdc00 + b)));
  });
  test('people see a replacement for what is no text, and half a pair is written as one', () => {
    expect(displayText('a\udcff\u{1f44d}')).toBe('a\ufffd\u{1f44d}');
    expect([...encodeUtf8('\ud83d')]).toEqual([0xef, 0xbf, 0xbd]);
    expect([...encodeUtf8('\ud83d\udcff')]).toEqual([...Buffer.from('\ud83d\udcff')]);
    expect([...encodeUtf8('\ud83d!\udcff')]).toEqual([0xef, 0xbf, 0xbd, 0x21, 0xff]);
  });
  test('a string is cut by bytes, in the middle of a character too', () => {
    expect([...encodeUtf8(firstBytes('aé', 2))]).toEqual([0x61, 0xc3]);
    expect(firstBytes('aé', 3)).toBe('aé');
  });
  test('the order is that of the bytes', () => {
    const names = ['\u{1f44d}', '\ue000', '\udcff', 'a', 'ab', '\udc80', '', 'é'];
    const sorted = [...names].sort(compareBytes);
    expect(sorted).toEqual(
      [...names].sort((a, b) => Buffer.compare(Buffer.from(encodeUtf8(a)), encodeUtf8(b))),
    );
    expect(compareBytes('a', 'a')).toBe(0);
  });
  test('a stream keeps a mark at its start and holds half a character back', () => {
    const stream = new Utf8Stream();
    expect(stream.push(Uint8Array.of(0xef, 0xbb, 0xbf, 0xe2))).toBe('\ufeff');
    expect(stream.push(Uint8Array.of(0x96, 0x81, 0xff, 0xc3))).toBe('\u2581\ufffd');
    expect(stream.end()).toBe('\ufffd');
  });
});
