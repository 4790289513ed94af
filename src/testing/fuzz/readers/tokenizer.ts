import { isDeepStrictEqual } from 'node:util';
import { memorySource } from '../../../files/byte-source';
import { getNumbers, getStrings, type Metadata } from '../../../files/gguf/metadata';
import { readGguf } from '../../../files/gguf/read';
import { ggufHeader } from '../../../files/gguf/write';
import { parseJson } from '../../../files/json';
import { Config, isRecord, type Json } from '../../../model/convert/checkpoint/config';
import { MetadataWriter } from '../../../model/convert/metadata/metadata-writer';
import { sentencePieceFirst } from '../../../model/convert/vocabulary/vocabulary';
import { createTokenizer, type TextTokenizer } from '../../../text/tokenizer';
import { FileError } from '../../../util/errors';
import { byteLevelTokenizer } from '../../tiny-tokenizers';
import type { Chooser } from '../chooser';
import { mutatedJson, type Words } from '../mutate-json';
import { fuzzer, rule, shownBytes } from '../reader';

const small = byteLevelTokenizer(40);
const seeds = [
  small,
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

function read(bytes: Uint8Array): Accepted {
  const json = parseJson(bytes, 'tokenizer.json').value;
  if (!isRecord(json)) throw new FileError('tokenizer.json is no object');
  const out = new MetadataWriter('llama');
  const files = {
    config: new Config({}, 'fuzz'),
    tokenizerJson: json as Json,
    tokenizerModel: undefined,
    tokenizerConfig: { bos_token: '<s>' },
    addedTokens: undefined,
    chatTemplate: undefined,
    preTokenizer: bytes.length % 2 ? 'gpt-2' : undefined,
    preferredPre: undefined,
    rows: 4096,
    checkHash: () => undefined,
  };
  sentencePieceFirst(files, out);
  const tokenizer = createTokenizer('fuzz', out.entries);
  for (const id of tokenizer.encode(TEXT, { addBos: true, control: true })) tokenizer.bytes(id);
  return { metadata: out.entries, tokenizer };
}

export const tokenizerJson = fuzzer<Uint8Array<ArrayBuffer>, Accepted>({
  name: 'tokenizer',
  sources: [
    'src/files/json.ts',
    'src/model/convert/vocabulary/vocabulary.ts',
    'src/model/convert/vocabulary/token-list.ts',
    'src/model/convert/vocabulary/special-tokens.ts',
    'src/text/vocabulary.ts',
  ],
  inputs: 1_000_000,
  make: (r: Chooser) => mutatedJson(r, r.pick(seeds), words),
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
