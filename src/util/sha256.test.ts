import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type HashState, isSameState, ResumableSha256 } from './sha256';

test('a hash whose state went through JSON anywhere ends as one that never stopped', () => {
  const cut = fc.tuple(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }));
  fc.assert(
    fc.property(cut, ([before, after]) => {
      const first = new ResumableSha256();
      first.update(before);
      const state = JSON.parse(JSON.stringify(first.state())) as HashState;
      const second = ResumableSha256.from(state);
      expect(isSameState(second.state(), state)).toBe(true);
      second.update(after);
      const whole = createHash('sha256').update(before).update(after).digest('hex');
      expect(second.hex()).toBe(whole);
    }),
  );
});
test('other bytes are another state', () => {
  const of = (...bytes: number[]) => new ResumableSha256().update(Uint8Array.from(bytes)) as ResumableSha256;
  expect(isSameState(of(1, 2).state(), of(1, 3).state())).toBe(false);
  expect(
    isSameState(of(...Array<number>(64).fill(1)).state(), of(...Array<number>(64).fill(2)).state()),
  ).toBe(false);
});
