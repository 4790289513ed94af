import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { SMALL, TINY, tinyGguf } from '../../bench/models/tiny-llama';
import { checkpointFiles } from '../testing/checkpoints';
import { goldenJson } from '../testing/golden';
import { quantizedTwins } from '../testing/quantized/folder';
import { huggingFaceFolder } from '../testing/tiny-folder';

const root = resolve(import.meta.dirname, '../..');
const dir = mkdtempSync(join(tmpdir(), 'nibble-'));
afterAll(() => rmSync(dir, { recursive: true }));
const file = join(dir, 'tiny.gguf');
writeFileSync(file, tinyGguf(SMALL));

const run = (command: string, args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  return { status, stdout, stderr };
};
/** As `npm run nibble`, without npm's own second; one test goes through npm. */
const nibble = (...args: string[]) => run(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...args]);

describe('the command line', () => {
  test('quantize writes the file, and only the answer goes to standard output', () => {
    const out = join(dir, 'q4.gguf');
    const { status, stdout } = run('npm', [
      'run',
      '-s',
      'nibble',
      '--',
      'quantize',
      file,
      'Q4_0',
      out,
      '--json',
    ]);
    expect(status).toBe(0);
    const answer = JSON.parse(stdout) as { sha256: string; sizeBytes: number };
    expect(answer.sha256).toBe(
      goldenJson<{ files: Record<string, string> }>('tiny-llama-sha256.json').files.Q4_0,
    );
    expect(readFileSync(out)).toHaveLength(answer.sizeBytes);
  });
  test('generate uses ids as they are and prints one object', () => {
    const args = ['--type', 'Q8_0', '--prompt-ids', '1,5,9', '-n', '6', '--temp', '0', '--json'];
    const { status, stdout } = nibble('generate', file, ...args);
    expect(status).toBe(0);
    const answer = JSON.parse(stdout) as Record<string, unknown>;
    expect(answer.promptIds).toEqual([1, 5, 9]);
    expect(answer.ids).toHaveLength(6);
    for (const key of [
      'text',
      'adapter',
      'timeToFirstTokenMs',
      'promptTokensPerSecond',
      'tokensPerSecond',
      'memory',
    ])
      expect(answer).toHaveProperty(key);
  });
  test("generate takes penalties, stop strings and candidates by llama.cpp's names", () => {
    const args = ['--type', 'Q8_0', '--prompt', 'once', '-n', '12', '--temp', '0', '--json'];
    type Answer = Record<'text' | 'stopped', string> & {
      ids: number[];
      ranked?: { text: string; top: object[] }[];
    };
    const ask = (...more: string[]) => {
      const { status, stdout, stderr } = nibble('generate', file, ...args, ...more);
      expect(status, stderr).toBe(0);
      return JSON.parse(stdout) as Answer & { stopString?: string };
    };
    const plain = ask('--top-logprobs', '3');
    expect(plain.ranked!.map((t) => t.top.length)).toEqual(plain.ids.map(() => 3));
    expect(plain.ranked!.map((t) => t.text).join('')).toBe(plain.text);
    // A token of a greedy answer that is made unlikely comes once at most.
    const often = '--presence-penalty 9 --frequency-penalty 9 --repeat-penalty 1.5 --repeat-last-n -1'.split(
      ' ',
    );
    const { ids, ranked } = ask(...often);
    expect([new Set(ids).size, ranked]).toEqual([ids.length, undefined]);
    const word = plain.text.slice(1, 3);
    const cut = ask('-r', 'not there', '--reverse-prompt', word);
    expect([cut.stopped, cut.stopString]).toEqual(['stop string', word]);
    expect(cut.text).toBe(plain.text.slice(0, plain.text.indexOf(word)));
    const refused = nibble('generate', file, ...args, '--repeat-last-n', '-2');
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('repeatLastN is -2')]);
  });
  test('a folder is a model, and bench measures levels', () => {
    for (const f of huggingFaceFolder(TINY)) {
      mkdirSync(dirname(join(dir, f.path)), { recursive: true });
      writeFileSync(join(dir, f.path), f.bytes);
    }
    const { status, stdout } = nibble(
      'bench',
      join(dir, 'tiny'),
      '--types',
      'F16,Q4_0',
      '--runs',
      '1',
      '--json',
    );
    expect(status).toBe(0);
    const { rows } = JSON.parse(stdout) as { rows: { type: string; tokensPerSecond: { median: number } }[] };
    expect(rows.map((r) => r.type)).toEqual(['F16', 'Q4_0']);
    expect(rows.every((r) => r.tokensPerSecond.median > 0)).toBe(true);
  });
  test('perplexity prints the same table layer by layer, and every column has its title', () => {
    const text = join(dir, 'text.txt');
    writeFileSync(text, 'The quick brown fox jumps over the lazy dog. '.repeat(3));
    const args = ['perplexity', file, '--types', 'Q4_0', '-f', text, '--ctx', '32', '--chunks', '2'];
    const resident = nibble(...args, '--kl-base', 'F16');
    const paged = nibble(...args, '--kl-base', 'F16', '--paged');
    expect([resident.status, paged.status], resident.stderr + paged.stderr).toEqual([0, 0]);
    expect(paged.stdout).toBe(resident.stdout);
    const [titles, , row] = paged.stdout.split('\n');
    expect(row!.split('|')).toHaveLength(titles!.split('|').length);
    expect(titles).toContain('mean KL');
    const alone = nibble(...args, '--paged');
    expect(alone.status).not.toBe(0);
    expect(alone.stderr).toContain('--kl-base');
  });
  test('convert writes the reference file of a folder; quantize splits where it is asked to', () => {
    for (const f of checkpointFiles('phi-3', 'phi')) {
      mkdirSync(join(dir, 'phi'), { recursive: true });
      writeFileSync(join(dir, f.path), f.bytes);
    }
    // The folder's name is the model's name, so that this file is like no other.
    const out = join(dir, 'phi.gguf');
    const { status, stdout } = nibble('convert', join(dir, 'phi'), out, '--outtype', 'q8_0', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ type: 'Q8_0', sizeBytes: readFileSync(out).length });
    const inspected = JSON.parse(nibble('inspect', out, '--json').stdout) as { architecture: string };
    expect(inspected).toMatchObject({ architecture: 'phi3', runnable: true });
    expect(nibble('convert', file, join(dir, 'no.gguf')).stderr).toMatch(/is a GGUF already/);

    const split = nibble('quantize', file, 'F32', join(dir, 'split.gguf'), '--split-max-size', '2M');
    expect(split.status).toBe(0);
    expect(split.stdout.trim().split('\n')).toHaveLength(2);
    expect(existsSync(join(dir, 'split-00001-of-00002.gguf'))).toBe(true);
    expect(nibble('quantize', file, 'F32', join(dir, 'x'), '--split-max-size', '2K').status).toBe(2);
  });
  test('convert --outtype keep carries codes of another quantizer over, and says so for each tensor', async () => {
    const { packed } = await quantizedTwins('llama', 'gptq 4 bits, symmetric');
    mkdirSync(join(dir, 'tiny'), { recursive: true });
    for (const f of packed) writeFileSync(join(dir, f.path), f.bytes);
    const out = join(dir, 'kept.gguf');
    const { status, stdout, stderr } = nibble(
      'convert',
      join(dir, 'tiny'),
      out,
      '--outtype',
      'keep',
      '--json',
    );
    expect(status, stderr).toBe(0);
    expect(stderr).toContain('quantized as: GPTQ 4-bit, group 64');
    expect(stderr).toContain('blk.0.attn_q.weight: Q4_0, lossless');
    // Rows of 96 inputs are in groups of 64 and 32.
    expect(stderr).toContain('blk.1.ffn_down.weight: Q4_0, lossless');
    expect(stderr).toMatch(/\d+ of \d+ tensors are lossless, 0 are rounded once/);
    const { type, tensors, checkedBlocks } = JSON.parse(stdout) as {
      type: string;
      checkedBlocks: number;
      tensors: { name: string; type: string; cost: string }[];
    };
    expect(type).toBe('Q4_0');
    expect(checkedBlocks).toBeGreaterThan(0);
    expect(tensors.find((t) => t.name === 'token_embd.weight')).toMatchObject({
      type: 'BF16',
      cost: 'lossless',
    });
    const inspected = JSON.parse(nibble('inspect', out, '--json').stdout) as { runnable: boolean };
    expect(inspected.runnable).toBe(true);
    expect(nibble('convert', join(dir, 'tiny'), out, '--outtype', 'q5_0').stderr).toMatch(/q8_0, auto, keep/);
  });
  test('what cannot be done is a sentence on standard error and an exit code', () => {
    const missing = nibble('inspect', join(dir, 'nothing.gguf'));
    expect(missing).toMatchObject({ status: 1, stdout: '' });
    expect(missing.stderr).toMatch(/no such file/);
    const narrow = join(dir, 'narrow.gguf');
    writeFileSync(narrow, tinyGguf({ ...TINY, width: 64, ffn: 172 }));
    const refused = nibble('quantize', narrow, 'Q8_0', join(dir, 'no.gguf'));
    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(/172 weights are no multiple of 32/);
    expect(existsSync(join(dir, 'no.gguf'))).toBe(false);
    expect(nibble('quantize', narrow, 'Q8_0', join(dir, 'yes.gguf'), '--allow-f16-fallback').status).toBe(0);
    expect(nibble('quantize', file, 'Q9_9', join(dir, 'x')).status).toBe(2);
  });
});
