// The ids that end generation are llama.cpp's, of real vocabularies and of made ones that mix its names.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import {
  arrayValue,
  getStrings,
  GgufType,
  type Metadata,
  type MetaValue,
  stringValue,
  u32Value,
} from '../../files/gguf/metadata';
import { ggufHeader } from '../../files/gguf/write';
import { byteOfChar } from '../../text/token-bytes';
import { createTokenizer, TokenType } from '../../text/tokenizer';
import { seededRandom } from '../../util/random';
import { builtInModel } from '../built-in';
import { wideCheckpoint } from './levels';
import { NativeLlama } from './native-llama';

const folder = mkdtempSync(join(tmpdir(), 'native-ends-'));
const llama = new NativeLlama();
afterAll(() => {
  llama.close();
  rmSync(folder, { recursive: true });
});

/** Texts of the tokens that end generation: llama.cpp's, and ours. */
async function endsOf(metadata: Metadata): Promise<{ native: string[] | undefined; ours: string[] }> {
  const path = join(folder, 'vocabulary.gguf');
  writeFileSync(path, ggufHeader(metadata, []));
  const tokens = getStrings(metadata, 'tokenizer.ggml.tokens')!;
  const { ends } = await llama.ends(path, tokens.length);
  const textOf = (id: number) => tokens[id]!;
  return { native: ends?.map(textOf), ours: createTokenizer('v', metadata).stops.map(textOf) };
}

test.each([
  ['built-in', () => builtInModel(1)],
  ['qwen3', () => wideCheckpoint('qwen3')],
  ['gemma 3', () => wideCheckpoint('gemma 3')],
] as const)('%s', async (name, open) => {
  const { native, ours } = await endsOf((await open()).metadata);
  console.log(`${name}: ${ours.join(' ')}`);
  expect(ours.length).toBeGreaterThan(0);
  expect(native).toEqual(ours);
});

/** Names that llama.cpp knows by themselves. */
const ENDS = [
  '<|eot_id|>',
  '<|im_end|>',
  '<|end|>',
  '<|return|>',
  '<|call|>',
  '<|flush|>',
  '<|calls|>',
  '<end_of_turn>',
  '<|endoftext|>',
  '</s>',
  '<|eom_id|>',
  '<EOT>',
  '_<EOT>',
  '[EOT]',
  '[EOS]',
  '<|end_of_text|>',
  '<end_of_utterance>',
  '<eos>',
  '<turn|>',
  '<|tool_response>',
  '<\uff5cend\u2581of\u2581sentence\uff5c>',
  '[e~[',
  '<|channel|>',
  '<|message|>',
  '<|start|>',
  '<|constrain|>',
  '<think>',
  '</think>',
  '<tool_call>',
  '<|start_of_role|>',
];
/** Names of which llama.cpp takes any one, so that a vocabulary here has at most one of each list. */
const ONE_OF = [
  ['<|fim_pad|>', '<fim-pad>', '<fim_pad>', '<PAD>', '[PAD]'],
  ['<|fim_repo|>', '<|repo_name|>', '<fim-repo>', '<REPO>', '<reponame>'],
  ['<|file_sep|>'],
  ['<|fim_prefix|>', '<PRE>', '<|code_prefix|>'],
  ['<|fim_suffix|>', '<SUF>'],
  ['<|fim_middle|>', '<MID>'],
];
const KINDS = ['eos', 'eot', 'eom', 'fim_pad', 'fim_rep', 'fim_sep', 'fim_pre', 'bos', 'padding'];
const TYPES = [TokenType.NORMAL, TokenType.CONTROL, TokenType.USER_DEFINED];

/** A byte-level vocabulary with some of the names, of any type, and some of the ids that metadata may name. */
function made(seed: number): Metadata {
  const random = seededRandom(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const share = pick([0.1, 0.3, 0.6, 1]);
  const names = ENDS.filter(() => random() < share);
  for (const list of ONE_OF) if (random() < share) names.push(pick(list));
  names.sort(() => random() - 0.5);
  const bytes = [...byteOfChar].sort((a, b) => a[1] - b[1]).map(([c]) => c);
  const metadata = new Map<string, MetaValue>([
    ['general.architecture', stringValue('llama')],
    ['tokenizer.ggml.model', stringValue('gpt2')],
    ['tokenizer.ggml.pre', stringValue('gpt-2')],
    ['tokenizer.ggml.tokens', arrayValue(GgufType.STRING, [...bytes, ...names])],
    [
      'tokenizer.ggml.token_type',
      arrayValue(GgufType.INT32, [...bytes.map(() => TokenType.NORMAL), ...names.map(() => pick(TYPES))]),
    ],
    ['tokenizer.ggml.merges', arrayValue(GgufType.STRING, ['a b'])],
  ]);
  for (const kind of KINDS)
    if (random() < 0.3) {
      const beyond = random() < 0.1 ? 10_000 : 0;
      const id = 256 + Math.floor(random() * (names.length + 1)) + beyond;
      metadata.set(`tokenizer.ggml.${kind}_token_id`, u32Value(id));
    }
  return metadata;
}

test('200 vocabularies of mixed names, types and named ids', async () => {
  let ends = 0;
  for (let seed = 1; seed <= 200; seed++) {
    const { native, ours } = await endsOf(made(seed));
    expect(native, `seed ${seed}`).toEqual(ours);
    ends += ours.length;
  }
  console.log(`200 vocabularies: ${ends} tokens end generation`);
  expect(ends).toBeGreaterThan(1000);
});
