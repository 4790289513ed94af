import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { memorySource } from '../files/byte-source';
import { stringValue } from '../files/gguf/metadata';
import { readGguf } from '../files/gguf/read';
import { ggufHeader } from '../files/gguf/write';
import { imatrixFile } from '../files/imatrix-write';
import { TINY, tinyGguf } from '../../bench/models/tiny-llama';

const HOSTILE = 'x\u001b[2J\u202egpj\u009b\nnibble: all is well';
const folder = mkdtempSync(join(tmpdir(), 'nibble-hostile-'));
afterAll(() => rmSync(folder, { recursive: true }));
const root = resolve(import.meta.dirname, '../..');
/** Commands that need no GPU. */
const nibble = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'src/cli/main.ts', ...args],
    { cwd: root, encoding: 'utf8' },
  );
  return { status, stdout, stderr };
};
const acting = /(?!\n)\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u;

describe('the command line and names of strangers', () => {
  test('inspect shows them on their lines, and as JSON of the same names', async () => {
    const bytes = tinyGguf(TINY);
    const file = await readGguf(memorySource('t', bytes));
    const tensors = file.tensors.map((t) =>
      t.name === 'output.weight' ? { ...t, name: `${HOSTILE}.weight` } : t,
    );
    const metadata = new Map(file.metadata).set('general.architecture', stringValue(HOSTILE));
    const data = bytes.subarray(ggufHeader(file.metadata, file.tensors).length);
    const path = join(folder, 'a\u001b[31m\u202eb.gguf');
    writeFileSync(path, new Uint8Array([...ggufHeader(metadata, tensors), ...data]));
    const { status, stdout, stderr } = nibble('inspect', path);
    expect(status, stderr).toBe(0);
    expect(stdout + stderr).not.toMatch(acting);
    expect(stdout).toContain('x\\x1b[2J\\u{202e}gpj\\x9b\\nnibble: all is well.weight');
    expect(stdout).not.toMatch(/^nibble: all is well/m);
    const json = nibble('inspect', path, '--json').stdout;
    expect(json).not.toMatch(acting);
    const { tensors: listed } = JSON.parse(json) as { tensors: { name: string }[] };
    expect(listed.map((t) => t.name)).toContain(`${HOSTILE}.weight`);
  });
  test('an error names them so, too', () => {
    const { status, stderr } = nibble('inspect', join(folder, `no${HOSTILE}`));
    expect(status).toBe(1);
    expect(stderr).not.toMatch(acting);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

describe('a dry run says', () => {
  const model = join(folder, 'plain.gguf');
  writeFileSync(model, tinyGguf({ ...TINY, width: 128, ffn: 128 }));
  test('what matches nothing, what falls back, and what is left without importance', () => {
    const one = { sums: new Float32Array(8).fill(1), counts: Float32Array.of(1) };
    const imatrix = join(folder, 'other.gguf');
    writeFileSync(
      imatrix,
      imatrixFile({ dataset: 'x', chunks: 1, chunkTokens: 8, entries: new Map([['layers.0.q', one]]) }),
    );
    const args = ['--tensor-type', 'layers\\.[[:digit:]]=q8_0', '--imatrix', imatrix, '--dry-run'];
    const { status, stdout, stderr } = nibble('quantize', model, 'Q4_K_M', ...args);
    expect(status, stderr).toBe(0);
    expect(stderr).toMatch(/^fallback: blk\.0\.attn_q\.weight: rows of 128 weights/m);
    expect(stderr).toMatch(/^note: The tensor type layers\\\.\[\[:digit:\]\]=q8_0 matches no tensor/m);
    expect(stderr).toMatch(/^note: No name in the importance matrix .*other\.gguf is a tensor/m);
    expect(stderr).toMatch(
      /^note: Quantized without importance, which the matrix lacks: token_embd\.weight/m,
    );
    expect(stdout).not.toMatch(/note|fallback/);
    const refused = nibble('quantize', model, 'Q8_0', '--tensor-type', '(?<=a)b=q8_0', '--dry-run');
    expect(refused.status).toBe(2);
    expect(refused.stderr).toMatch(/nibble: --tensor-type: The pattern "\(\?<=a\)b" is refused at byte 2/);
  });
});
