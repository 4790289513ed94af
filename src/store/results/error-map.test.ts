import { expect, test } from 'vitest';
import { errorMap } from './error-map';

const error = (name: string, squaredError: number, squares = 100) => ({
  name,
  type: 'Q4_K',
  rmse: 0,
  squaredError,
  squares,
});

test('errors are laid out by layer and kind, relative to the weights; what lost nothing is left out', () => {
  const map = errorMap([
    error('output.weight', 4),
    error('blk.10.attn_q.weight', 1),
    error('blk.2.ffn_down.weight', 9),
    error('blk.2.attn_q.weight', 16),
    error('blk.2.attn_norm.weight', 0),
    error('blk.2.ffn_up.weight', 0, 0),
  ]);
  expect(map.kinds).toEqual(['attn_q', 'ffn_down']);
  expect(map.layers.map((l) => l.layer)).toEqual([2, 10]);
  expect(map.layers[0]!.cells.map((c) => c?.relative)).toEqual([0.4, 0.3]);
  expect(map.layers[1]!.cells.map((c) => c?.relative)).toEqual([0.1, undefined]);
  expect(map.others.map((c) => [c.name, c.relative])).toEqual([['output.weight', 0.2]]);
  expect(map.largest).toBe(0.4);
  expect(errorMap([])).toEqual({ kinds: [], layers: [], others: [], largest: 0 });
});
