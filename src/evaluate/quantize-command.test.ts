import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { tensorPattern } from '../model/pattern/pattern';
import { quantizeCommand } from './search';

const NAMES = [
  'blk.0.attn_q.weight',
  "it's",
  '$(touch owned)',
  '`touch owned`',
  '-x',
  'a\nb',
  'A=B',
  '"',
  '\\',
  '\u001b[2J',
  '\u202egpj',
  '\u6a21\u578b',
  'a b',
  '!!',
  '*',
  '\0',
  '\udc80',
  "'; touch owned; '",
]; // prettier-ignore

/** The arguments that llama-quantize gets when bash runs a command. */
function argumentsOf(command: string): string[] {
  const script = `llama-quantize() { printf '%s\\0' "$@"; }\n${command}\n`;
  const { stdout, stderr, status } = spawnSync('bash', ['-c', script], { encoding: 'utf8', cwd: '/' });
  expect([status, stderr]).toEqual([0, '']);
  return stdout.split('\0').slice(0, -1);
}

test('the llama-quantize command of a recipe runs in bash as printed, whatever tensors and files are called', () => {
  const tensorTypes = NAMES.map((name) => ({ name, type: 'Q8_0' }));
  const recipe = { fileType: 'Q4_K_M', fileBytes: 1, expectedKl: 0, tensorTypes };
  for (const imatrix of ['a b.gguf', '-o', "x'$(touch owned)\n`id`.gguf", '\u001b]0;x\u0007']) {
    const command = quantizeCommand(recipe, imatrix);
    expect(command.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    const got = argumentsOf(command);
    expect(got.slice(0, 2)).toEqual(['--imatrix', imatrix.startsWith('-') ? `./${imatrix}` : imatrix]);
    expect(got.slice(-3)).toEqual(['IN.gguf', 'OUT.gguf', 'Q4_K_M']);
    const types = got.slice(2, -3);
    expect(types).toHaveLength(2 * NAMES.length);
    NAMES.forEach((name, i) => {
      expect(types[2 * i]).toBe('--tensor-type');
      // llama-quantize divides at the first equals sign.
      const [pattern, type, ...more] = types[2 * i + 1]!.split('=');
      expect([type, more]).toEqual(['q8_0', []]);
      expect(NAMES.filter((other) => tensorPattern(pattern!).test(other))).toEqual([name]);
    });
  }
});
