import { isDeepStrictEqual } from 'node:util';
import { memorySource } from '../../../files/byte-source';
import { getNumbers, getStrings, type Metadata } from '../../../files/gguf/metadata';
import { readGguf } from '../../../files/gguf/read';
import { ggufHeader } from '../../../files/gguf/write';
import { parseJson } from '../../../files/json';
import { isRecord, type Json } from '../../../files/json';
import { Config } from '../../../model/convert/checkpoint/config';
import { MetadataWriter } from '../../../model/convert/metadata/metadata-writer';
import {
  byteLevel,
  sentencePieceAsSaid,
  sentencePieceFirst,
} from '../../../model/convert/vocabulary/vocabulary';
import { createTokenizer, type TextTokenizer } from '../../../text/tokenizer';
import { FileError } from '../../../util/errors';
import { byteLevelTokenizer, sentencePieceModel } from '../../tiny-tokenizers';
import type { Chooser } from '../chooser';
import { mutatedJson, type Words } from '../mutate-json';
import { fuzzer, rule, shownBytes } from '../reader';

const small = byteLevelTokenizer(40);
const seeds = [
  small,
  byteLevelTokenizer(40, ['<s>', '</s>'], {
    post_processor: {
      processors: [
        { type: 'ByteLevel' },
        { type: 'RobertaProcessing' },
        {
          type: 'TemplateProcessing',
          single: [
            { SpecialToken: { id: '<s>' } },
            { Sequence: { id: 'A' } },
            { SpecialToken: { id: '</s>' } },
          ],
          pair: [
            { SpecialToken: { id: '<s>' } },
            { Sequence: { id: 'A' } },
            { SpecialToken: { id: '</s>' } },
            { SpecialToken: { id: '</s>' } },
            { Sequence: { id: 'B' } },
            { SpecialToken: { id: '</s>' } },
          ],
        },
      ],
    },
  }),
  byteLevelTokenizer(40, ['<s>', '</s>'], {
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: '<s>' } }, { Sequence: { id: 'A' } }],
      pair: [{ SpecialToken: { id: '<s>' } }, { Sequence: { id: 'A' } }, { SpecialToken: { id: '<s>' } }],
    },
  }),
  {
    ...small,
    normalizer: { type: 'Prepend', prepend: '\u2581' },
    pre_tokenizer: { type: 'Metaspace', prepend_scheme: 'first' },
    model: {
      type: 'BPE',
      byte_fallback: true,
      unk_token: '<unk>',
      vocab: { '<unk>': 0, '<s>': 1, '<0x41>': 2, '\u2581': 3, a: 4, b: 5, ab: 6 },
      merges: ['a b'],
    },
  },
].map((seed) => trimmed(seed));

/** Files beside tokenizer.json, and the rule by which an architecture reads them. */
const beside = [
  {
    rule: 'first',
    config: { bos_token_id: 1, text_config: { eos_token_id: 2 } },
    tokenizerConfig: { bos_token: '<s>' },
  },
  {
    rule: 'first',
    config: { vocab_size: 300 },
    tokenizerConfig: {
      cls_token: '<s>',
      sep_token: { content: '</s>' },
      add_bos_token: true,
      added_tokens_decoder: { 5: { content: '<|x|>', special: true }, 6: { content: '<unused1>' } },
    },
    addedTokens: { '<x>': 7 },
    chatTemplate: [
      { name: 'default', template: 'a' },
      { name: 'tool_use', template: 'b' },
    ],
    model: [
      ['<unk>', 0, 2],
      ['a', -1, 1],
      ['b', -2, 4],
      ['<0x41>', 0, 6],
    ],
  },
  {
    rule: 'as said',
    config: {},
    tokenizerConfig: { added_tokens_decoder: { 1: { content: '<s>', special: true } } },
    chatTemplate: 'a',
    model: [
      ['<unk>', 0, 2],
      ['a', -1, 1],
      ['\u2581', -2, 1],
    ],
  },
  { rule: 'bytes', config: {} },
];

/** A vocabulary of a few tokens: most of an alphabet says nothing new. */
function trimmed(json: Record<string, unknown>): string {
  const model = json.model as { vocab: Record<string, number>; merges: string[] };
  const vocab = Object.fromEntries(Object.entries(model.vocab).filter(([, id]) => id < 40));
  return JSON.stringify({
    ...json,
    model: { ...model, vocab, merges: [...model.merges, 'a b', ['a', 'b']] },
  });
}
const words: Words = {
  keys: [
    'type',
    'model',
    'vocab',
    'merges',
    'added_tokens',
    'id',
    'content',
    'special',
    'pattern',
    'a',
    '\u0120',
  ],
  values: [
    'RobertaProcessing',
    'TemplateProcessing',
    'BPE',
    'ByteLevel',
    'Metaspace',
    'Sequence',
    'Unigram',
    0,
    1,
    5,
    -1,
    1e7,
    1e9,
    'a b',
    ['a', 'b'],
    'a',
  ],
};

interface Accepted {
  readonly metadata: Metadata;
  readonly tokenizer: TextTokenizer;
}

const TEXT = 'ab <s>the\u0000 \u{1f600}A';

/** A model of pieces that a mutation may have turned into anything. */
function modelOf(pieces: unknown): Uint8Array | undefined {
  if (!Array.isArray(pieces)) return undefined;
  const whole = pieces.filter(
    (p): p is [string, number, number] => Array.isArray(p) && typeof p[0] === 'string',
  );
  return sentencePieceModel(whole.map(([text, score, type]) => [text, Number(score), Number(type) & 127]));
}

function read(bytes: Uint8Array): Accepted {
  const all = parseJson(bytes, 'tokenizer.json').value;
  if (!isRecord(all)) throw new FileError('the input is no object');
  const out = new MetadataWriter('llama');
  const record = (value: unknown): Json | undefined => (isRecord(value) ? value : undefined);
  const files = {
    config: new Config(record(all.config) ?? {}, 'fuzz'),
    tokenizerJson: record(all.tokenizer),
    tokenizerModel: modelOf(all.model),
    tokenizerConfig: record(all.tokenizerConfig),
    addedTokens: record(all.addedTokens),
    chatTemplate: all.chatTemplate,
    preTokenizer: bytes.length % 2 ? 'gpt-2' : undefined,
    preferredPre: undefined,
    rows: 4096,
    checkHash: () => undefined,
  };
  const read =
    all.rule === 'bytes'
      ? byteLevel
      : all.rule === 'as said' && files.tokenizerModel
        ? sentencePieceAsSaid
        : sentencePieceFirst;
  read(files, out);
  const tokenizer = createTokenizer('fuzz', out.entries);
  for (const id of tokenizer.encode(TEXT, { addBos: true, control: true })) tokenizer.bytes(id);
  return { metadata: out.entries, tokenizer };
}

export const reader = fuzzer<Uint8Array<ArrayBuffer>, Accepted>({
  name: 'tokenizer',
  sources: [
    'src/files/json.ts',
    'src/model/convert/vocabulary/vocabulary.ts',
    'src/model/convert/vocabulary/token-list.ts',
    'src/model/convert/vocabulary/special-tokens.ts',
  ],
  inputs: 1_000_000,
  make: (r: Chooser) =>
    mutatedJson(
      r,
      JSON.stringify({ tokenizer: JSON.parse(r.pick(seeds)) as unknown, ...r.pick(beside) }),
      words,
    ),
  read,
  check: async (_, { metadata, tokenizer }) => {
    const tokens = getStrings(metadata, 'tokenizer.ggml.tokens') ?? [];
    const types = getNumbers(metadata, 'tokenizer.ggml.token_type') ?? [];
    rule(tokens.length > 0 && tokens.length === types.length, 'each token has a type');
    rule(
      types.every((t) => t >= 1 && t <= 6),
      'types are those of llama.cpp',
    );
    rule(tokenizer.size === tokens.length, 'the tokenizer has all of them');
    for (const id of tokenizer.encode(TEXT, { addBos: true, control: true }))
      rule(Number.isInteger(id) && id >= 0 && id < tokens.length, `id ${id} is one of ${tokens.length}`);
    for (const [key, { value }] of metadata)
      if (key.endsWith('_token_id')) rule(Number.isInteger(value) && Number(value) >= 0, `${key} is an id`);
    const copy = await readGguf(memorySource('again.gguf', ggufHeader(metadata, [])));
    rule(isDeepStrictEqual([...copy.metadata], [...metadata]), 'metadata is the same when written and read');
  },
  show: shownBytes,
});
