import { expect, test } from 'vitest';
import { firstThatLeavesEnough, hasRoom, largerContext } from './context';

test('the next context is the next power of two, and no more than the model takes', () => {
  expect(largerContext(4096, null)).toBe(8192);
  expect(largerContext(4095, null)).toBe(4096);
  expect(largerContext(300, 400)).toBe(400);
  expect(largerContext(4096, 5000)).toBe(5000);
  expect(largerContext(2048, 2048)).toBeNull();
});

test('there is room for as many tokens as are asked for, or for an eighth of the context', () => {
  expect(hasRoom(4096 - 512, 4096, 1000)).toBe(true);
  expect(hasRoom(4096 - 511, 4096, 1000)).toBe(false);
  expect(hasRoom(4096 - 12, 4096, 12)).toBe(true);
  expect(hasRoom(4096, 4096, 1)).toBe(false);
});

test.each([0, 1, 4, 9])(
  'as few messages are left out as take the prompt to half of the context: %d',
  async (first) => {
    const asked: number[] = [];
    const tokensAt = async (place: number) => {
      asked.push(place);
      return place >= first ? 256 : 300;
    };
    expect(await firstThatLeavesEnough(10, 512, tokensAt)).toEqual({ place: first, tokens: 256 });
    expect(asked.length).toBeLessThanOrEqual(5);
  },
);

test('where the last message alone is too long, it is told how long', async () => {
  expect(await firstThatLeavesEnough(3, 512, async () => 600)).toEqual({ place: 2, tokens: 600 });
});
