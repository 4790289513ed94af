import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseCommand } from './arguments';
import { planOptions } from './plan-options';

const folder = mkdtempSync(join(tmpdir(), 'nibble-types-'));
afterAll(() => rmSync(folder, { recursive: true }));
const types = async (...argv: string[]) =>
  (await planOptions(parseCommand(['quantize', 'm', ...argv]).values)).tensorTypes!;

describe('--tensor-type and --tensor-type-file', () => {
  test('keep their order, of which the first match counts', async () => {
    const file = join(folder, 'types.txt');
    writeFileSync(file, 'attn_v=q6_k  attn_k=Q5_K\n\n blk\\.[[:digit:]]\\.=q4_k\n');
    const found = await types(
      '--tensor-type',
      'FFN_DOWN=q8_0',
      '--tensor-type-file',
      file,
      '--tensor-type',
      'x=f16',
    ); // prettier-ignore
    expect(found.map((t) => t.type)).toEqual(['Q8_0', 'Q6_K', 'Q5_K', 'Q4_K', 'F16']);
    expect(found[0]!.pattern.test('blk.0.ffn_down.weight')).toBe(true);
    expect(found[3]!.pattern.test('blk.7.x')).toBe(true);
    expect(found[3]!.source).toBe('blk\\.[[:digit:]]\\.=q4_k');
  });
  test('an equals sign may stand in a pattern', async () => {
    const [one] = await types('--tensor-type', '[[=q=]]_norm=q8_0');
    expect(one!.pattern.test('attn_q_norm')).toBe(true);
  });
  test.each([
    [['--tensor-type', '(?<=a)b=q8_0'], /--tensor-type: The pattern .* no lookbehind/],
    [['--tensor-type', 'q8_0'], /expected PATTERN=TYPE/],
    [['--tensor-type', 'a=q9_9'], /"q9_9", expected one of/],
    [['--tensor-type-file', 'nothing.txt'], /nothing.txt: there is no such file/],
  ])('%j is refused', async (argv, says) => {
    await expect(types(...argv)).rejects.toThrow(says);
  });
});
