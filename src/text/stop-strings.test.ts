import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkStopStrings, StopStrings } from './stop-strings';

/** The stop string that ends first, the longest of those that end there, and where it begins. */
function naive(text: string, words: readonly string[]): { word: string; at: number } | undefined {
  for (let end = 1; end <= text.length; end++) {
    const here = words.filter((w) => w !== '' && text.slice(0, end).endsWith(w));
    const word = here.sort((a, b) => b.length - a.length)[0];
    if (word !== undefined) return { word, at: end - word.length };
  }
  return undefined;
}

/** Code units at the end of a text that may begin a stop string. */
function held(text: string, words: readonly string[]): number {
  let most = 0;
  for (const word of words)
    for (let n = 1; n < word.length && n <= text.length; n++)
      if (text.endsWith(word.slice(0, n))) most = Math.max(most, n);
  return most;
}

// Few characters, so that strings overlap themselves and each other.
const letters = fc.string({ unit: fc.constantFrom('a', 'b', '\n', '👍'), maxLength: 8 });
const text = fc.array(letters, { maxLength: 20 });

test('pieces make no difference: what is found, and what is certain after each', () => {
  let found = 0;
  fc.assert(
    fc.property(text, fc.array(letters, { maxLength: 4 }), (pieces, words) => {
      const stops = new StopStrings(words);
      let all = '';
      for (const piece of pieces) {
        stops.push(piece);
        all += piece;
        const want = naive(all, words);
        if (want) found++;
        expect(stops.found).toBe(want?.word);
        expect(stops.certain).toBe(want ? want.at : all.length - held(all, words));
      }
    }),
    { numRuns: 2000, seed: 1 },
  );
  expect(found).toBeGreaterThan(1000);
});

test('nothing stops at empty strings, or without any', () => {
  for (const words of [[], ['']]) {
    const stops = new StopStrings(words);
    stops.push('abc');
    expect([stops.isOn, stops.certain, stops.found]).toEqual([false, 3, undefined]);
  }
});

test('a special token ends the text by its name, and text before it is certain', () => {
  const stops = new StopStrings(['<|end|>', 'ab']);
  stops.push('xa');
  expect(stops.certain).toBe(1);
  stops.pushSpecial('<|start|>');
  expect(stops.found).toBe(undefined);
  stops.pushSpecial('<|end|>');
  expect([stops.found, stops.certain]).toEqual(['<|end|>', 2]);
  stops.push('ab');
  expect(stops.found).toBe('<|end|>');
});

test('long strings that nearly come take no long time', () => {
  const stops = new StopStrings([`${'a'.repeat(100_000)}b`]);
  const started = performance.now();
  stops.push('a'.repeat(300_000));
  expect(stops.certain).toBe(200_000);
  expect(performance.now() - started).toBeLessThan(1000);
});

test('half a character is no stop string', () => {
  expect(() => checkStopStrings(['ok', '\ud83d'])).toThrow(/expected whole characters/);
  expect(() => checkStopStrings(['👍'])).not.toThrow();
});
