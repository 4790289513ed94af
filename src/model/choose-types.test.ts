import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseTypes, convexHull, type TensorOptions } from './choose-types';

const option = (sizeBytes: number, cost: number) => ({ type: `T${sizeBytes}`, sizeBytes, cost });
const tensorOptions = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 1000 })), {
    minLength: 1,
    maxLength: 4,
  })
  .map((pairs) => pairs.map(([size, cost]) => option(size, cost)));
const problems = fc.record({
  tensors: fc
    .array(tensorOptions, { minLength: 1, maxLength: 4 })
    .map((all): TensorOptions[] => all.map((options, i) => ({ name: `t${i}`, options }))),
  budget: fc.integer({ min: 1, max: 250 }),
});

/** Minimum cost of all choices that fit, by exhaustive search. */
function exhaustive(tensors: readonly TensorOptions[], budget: number): number {
  let minimum = Number.POSITIVE_INFINITY;
  const go = (i: number, size: number, cost: number) => {
    if (size > budget) return;
    if (i === tensors.length) minimum = Math.min(minimum, cost);
    else for (const o of tensors[i]!.options) go(i + 1, size + o.sizeBytes, cost + o.cost);
  };
  go(0, 0, 0);
  return minimum;
}

describe('choosing types', () => {
  test('the hull leaves out what a mixture beats', () => {
    const hull = convexHull([option(1, 100), option(2, 90), option(3, 10), option(4, 9), option(5, 20)]);
    expect(hull.map((o) => o.sizeBytes)).toEqual([1, 3, 4]);
  });
  test('stays within the budget, is never far from the best of all choices, and is the same again', () => {
    fc.assert(
      fc.property(problems, ({ tensors, budget }) => {
        const chosen = chooseTypes(tensors, budget);
        const minimum = exhaustive(tensors, budget);
        if (!chosen) {
          expect(minimum).toBe(Number.POSITIVE_INFINITY);
          return;
        }
        expect(chosen.sizeBytes).toBeLessThanOrEqual(budget);
        expect(chosen.cost).toBeGreaterThanOrEqual(minimum);
        // The greedy choice is off by at most one step of one tensor, which is bounded by one tensor's maximum cost.
        const step = Math.max(...tensors.flatMap((t) => t.options.map((o) => o.cost)));
        expect(chosen.cost).toBeLessThanOrEqual(minimum + step);
        expect(chooseTypes(tensors, budget)).toEqual(chosen);
      }),
    );
  });
  test('more room never costs more by much: it ends at the minimum cost there is', () => {
    fc.assert(
      fc.property(problems, ({ tensors }) => {
        const best = tensors.reduce((n, t) => n + Math.min(...t.options.map((o) => o.cost)), 0);
        expect(chooseTypes(tensors, 1e6)!.cost).toBe(best);
      }),
    );
  });
});
