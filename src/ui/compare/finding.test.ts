import { describe, expect, test } from 'vitest';
import { adviceOf } from '../../store/results/advice';
import type { Candidate } from '../../store/results/advice-types';
import { simulated } from '../../testing/results/simulated-quality';
import { en } from '../words/en';
import { findingOf } from './finding';

/** An 8 G llama's levels as they are. */
const LEVELS = [
  { type: 'Q8_0', kl: 0.0014, fileBytes: 8.54e9 },
  { type: 'Q6_K', kl: 0.0055, fileBytes: 6.6e9 },
  { type: 'Q5_K_M', kl: 0.0108, fileBytes: 5.73e9 },
  { type: 'Q4_K_M', kl: 0.0313, fileBytes: 4.92e9 },
  { type: 'IQ4_XS', kl: 0.032, fileBytes: 4.49e9 },
  { type: 'Q3_K_M', kl: 0.102, fileBytes: 4.02e9 },
];
const base: Candidate = {
  type: 'F16',
  fileBytes: 16.07e9,
  memoryBytes: 17e9,
  measured: simulated({ type: 'F16', kl: 0, fileBytes: 16.07e9 }, 2, 2),
  expected: null,
  tokensPerSecond: 20,
  roomTokens: null,
};
/** A known run over so many chunks of 127 scored tokens. */
const run = (chunks: number): Candidate[] => [
  base,
  ...LEVELS.map((level) => ({
    ...base,
    ...level,
    memoryBytes: level.fileBytes + 0.8e9,
    measured: simulated(level, chunks, 2),
    tokensPerSecond: 205e9 / level.fileBytes,
  })),
];
const options = { base: 'F16', baseBytes: 16.07e9, memoryBytes: 8e9 };
const found = (candidates: readonly Candidate[], memoryBytes: number | null = 8e9) =>
  findingOf(adviceOf(candidates, { ...options, memoryBytes }), candidates, 'F16', en.compare)!;

describe('the recommendation in words', () => {
  test('on 254 tokens it says that they are too few, how many are missing, and calls nothing clear', () => {
    const { kind, title, sentences, open, wantedTokens } = found(run(2));
    expect(kind).toBe('fewTokens');
    expect(title).toBe('Q5_K_M so far: 254 tokens are too few to be sure');
    expect(sentences).toEqual([
      'Under 2,000 tokens nothing is sure: 1,746 more are needed.',
      'Too close to call from it: Q3_K_M, IQ4_XS and Q6_K.',
      'KL 0.012 ± 0.003 from F16 on 254 tokens; the same next token 89 times in 100 (75 to 95).',
      'It is the smallest whose mean is under 0.02 nats.',
      '2.8 times smaller than F16, at 1.8 times its speed.',
    ]);
    expect(open[0]).toBe('Q5_K_M');
    expect(wantedTokens).toBeGreaterThanOrEqual(2000);
  });
  test('on 20,066 tokens it says which, why, and what one more or one less costs', () => {
    const { kind, title, sentences, type, open, wantedTokens } = found(run(158));
    expect([kind, title, type]).toEqual(['take', 'Take Q5_K_M', 'Q5_K_M']);
    expect(sentences).toEqual([
      'KL 0.011 ± 0.001 from F16 on 20,066 tokens; the same next token 86 times in 100 (86 to 87).',
      'No smaller one stays under 0.02 nats, error included.',
      '2.8 times smaller than F16, at 1.8 times its speed.',
      'Q6_K is clearly closer (0.0056 ± 0.0003) for 870.0 MB more.',
      'Q4_K_M is 810.0 MB smaller, and clearly farther (0.032 ± 0.002).',
    ]);
    expect([open, wantedTokens]).toEqual([[], null]);
  });
  test('of two that nobody can tell apart it names both, and their difference', () => {
    const { kind, title, sentences, open, wantedTokens } = found(run(158), 5.75e9);
    expect([kind, title]).toEqual(['tooClose', 'Too close to call between Q4_K_M and IQ4_XS']);
    expect(sentences[0]).toMatch(
      /^KL 0\.032 ± 0\.002 and 0\.03\d ± 0\.002 on 20,066 tokens; the difference, \S+ ± \S+, may be none\.$/,
    );
    expect(sentences[1]).toBe('IQ4_XS is 430.0 MB smaller, and 1.1 times as fast.');
    expect(open).toEqual(['Q4_K_M', 'IQ4_XS']);
    expect(wantedTokens).toBeGreaterThan(20_066);
  });
  test('one chunk has no error, and that is said', () => {
    const text = found(run(1)).sentences.join(' ');
    expect(text).toContain('KL 0.012 from F16 on 127 tokens;');
    expect(text).toContain('one chunk of text, of which nobody can tell the error');
    expect(text).not.toContain('±');
  });
  test('where nothing that fits is safe, it says what is closest, and what is too large', () => {
    const none = found(run(158), 5e9);
    expect([none.kind, none.title, none.type]).toEqual(['none', 'None of these is safe', 'Q3_K_M']);
    expect(none.sentences.join(' ')).toContain(
      'IQ4_XS would be safe, and is 290.0 MB too large for this GPU.',
    );
    expect(found(run(158), 1).title).toBe('Nothing smaller than F16 that fits was measured');
  });
  test('the baseline alone has no answer', () => {
    expect(findingOf(adviceOf([base], options), [base], 'F16', en.compare)).toBeNull();
  });
});
