import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from './bundle';
import { faults } from './faults';

// A fault whose text has moved on would first be missed by the lane that plants it, minutes later.
it.each(faults)('$reader: $from stands once in $file', ({ file, from, to }) => {
  expect(readFileSync(join(root, file), 'utf8').split(from)).toHaveLength(2);
  expect(to).not.toBe(from);
});
