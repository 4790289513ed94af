import { describe, expect, test } from 'vitest';
import { logTicks, lossScale, niceTicks } from './loss-scale';
import { type Box, placeLabels, spread } from './place-labels';

const at = (kl: number, low: number | null = null, high: number | null = null) => ({ kl, low, high });

describe('the axis of losses', () => {
  test('is logarithmic, and zero has a place of its own below', () => {
    const scale = lossScale([at(0), at(0.0055, 0.005, 0.006), at(0.102, 0.09, 0.11)]);
    expect(scale.ticks.map((t) => t.text)).toEqual(['0', '0.003', '0.01', '0.03', '0.1', '0.3']);
    expect(scale.place(0.1) - scale.place(0.01)).toBeCloseTo(1, 6);
    expect(scale.place(0)).toBe(scale.zero);
    expect(scale.place(0)).toBeLessThan(scale.place(0.003));
    for (const kl of [0, 0.0055, 0.11]) {
      expect(scale.place(kl)).toBeGreaterThanOrEqual(scale.domain[0]);
      expect(scale.place(kl)).toBeLessThanOrEqual(scale.domain[1]);
    }
  });
  test('has no zero where nothing is there; a bar that reaches zero is something', () => {
    expect(lossScale([at(0.01, 0.009, 0.011)]).zero).toBeNull();
    expect(lossScale([at(0.01, 0, 0.03)]).zero).not.toBeNull();
  });
  test('stays readable over many decades, and where all are zero', () => {
    expect(lossScale([at(2e-6), at(3)]).ticks.length).toBeLessThanOrEqual(8);
    expect(lossScale([at(0)]).ticks[0]!.text).toBe('0');
  });
});

test('ticks are round and hold what they are for', () => {
  expect(niceTicks(28, 51)).toEqual([25, 30, 35, 40, 45, 50, 55]);
  expect(niceTicks(0, 9.3, 5)).toEqual([0, 2, 4, 6, 8, 10]);
  expect(niceTicks(7, 7).length).toBeGreaterThan(1);
  expect(logTicks(1.5, 9)).toEqual([2, 3, 4, 6, 8]);
  expect(logTicks(3.7, 6.9)).toEqual([4, 5, 6]);
});

describe('names of marks', () => {
  const area = { x: 0, y: 0, width: 600, height: 300 };
  const named = (x: number, y: number) => ({ x, y, width: 90, shortWidth: 45 });
  const boxOf = (p: { x: number; y: number; anchor: string; isShort: boolean }): Box => {
    const width = p.isShort ? 45 : 90;
    const x = p.anchor === 'start' ? p.x : p.anchor === 'end' ? p.x - width : p.x - width / 2;
    return { x, y: p.y - 7, width, height: 14 };
  };
  const touch = (a: Box, b: Box) =>
    a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

  test('stand beside their marks, and cover no other name and no mark', () => {
    expect(placeLabels([named(100, 100)], area)).toEqual([
      { x: 110, y: 100, anchor: 'start', isShort: false },
    ]);
    const marks = [named(100, 100), named(130, 104), named(150, 98), named(590, 100), named(300, 5)];
    const boxes = placeLabels(marks, area).map(boxOf);
    for (const [i, a] of boxes.entries()) {
      for (const b of boxes.slice(i + 1)) expect(touch(a, b)).toBe(false);
      for (const m of marks) expect(touch(a, { x: m.x - 5, y: m.y - 5, width: 10, height: 10 })).toBe(false);
      expect(a.x + a.width).toBeLessThanOrEqual(600);
    }
  });
  test('drop the value where there is no room for it', () => {
    const wall = { x: 160, y: 0, width: 440, height: 300 };
    const [place] = placeLabels([named(100, 100)], area, [wall, { x: 0, y: 0, width: 85, height: 300 }]);
    expect(place!.isShort).toBe(true);
  });
  test('in a column are moved apart, within it, and keep their order', () => {
    const placed = spread([100, 102, 90, 290], { top: 0, bottom: 292 });
    expect(placed[2]!).toBeLessThan(placed[0]!);
    expect(placed[0]!).toBeLessThan(placed[1]!);
    const sorted = placed.toSorted((a, b) => a - b);
    for (const [i, y] of sorted.entries()) if (i > 0) expect(y - sorted[i - 1]!).toBeGreaterThanOrEqual(15);
    expect(Math.max(...placed)).toBeLessThanOrEqual(292);
    expect(spread([50], { top: 0, bottom: 100 })).toEqual([50]);
  });
});

test('Measure says how many levels, and about how long', async () => {
  const { en } = await import('../words/en');
  const { measure } = en.compare;
  expect(measure(7, 372_000)).toBe('Measure 7 levels, about 6 min');
  expect(measure(1, 43_000)).toBe('Measure 1 level, about 40 s');
  expect(measure(2, 3000)).toBe('Measure 2 levels, about a few seconds');
  expect(measure(30, 4_900_000)).toBe('Measure 30 levels, about 1 h 22 min');
  expect(measure(3, null)).toBe('Measure 3 levels');
});
