import { expect, test } from 'vitest';
import { byteLevelTokenizer, sentencePieceModel } from '../../../testing/tiny-tokenizers';
import { Config } from '../checkpoint/config';
import { MetadataWriter } from '../metadata/metadata-writer';
import { byteLevel, sentencePieceAsSaid, sentencePieceFirst, type VocabularyFiles } from './vocabulary';

const model = sentencePieceModel([
  ['<unk>', 0, 2],
  ['a', -1, 1],
]);
const asJson = {
  model: { type: 'BPE', byte_fallback: true, unk_token: '<unk>', vocab: { '<unk>': 0, a: 1 }, merges: [] },
};
const files = (size: number, given: Partial<VocabularyFiles>): VocabularyFiles => ({
  config: new Config({ vocab_size: size }, 'm'),
  rows: 4096,
  tokenizerJson: undefined,
  checkHash: () => undefined,
  tokenizerModel: undefined,
  tokenizerConfig: undefined,
  addedTokens: undefined,
  chatTemplate: undefined,
  preTokenizer: 'gpt-2',
  preferredPre: undefined,
  ...given,
});

test.each([
  ['tokenizer.model', sentencePieceFirst, { tokenizerModel: model }],
  ['tokenizer.model, as said', sentencePieceAsSaid, { tokenizerModel: model }],
  ['tokenizer.json with pieces', sentencePieceFirst, { tokenizerJson: asJson }],
  ['tokenizer.json with bytes', byteLevel, { tokenizerJson: byteLevelTokenizer(40) }],
] as const)(
  '%s: a size that config.json states and the embedding does not bear out makes no tokens',
  (_, read, given) => {
    const out = new MetadataWriter('llama');
    for (const size of [300_300, 1_000_000, 2_000_000])
      expect(() => read(files(size, given), out)).toThrow(/4096 rows/);
    read(files(4096, given), out);
    expect(out.entries.get('tokenizer.ggml.tokens')?.value).toHaveLength(4096);
  },
);
