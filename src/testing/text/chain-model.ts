import { encodeGguf, TINY, tinyMetadata, tinyTensors } from '../../../bench/models/tiny-llama';
import { arrayValue, getNumbers, getStrings, GgufType, type Metadata } from '../../files/gguf/metadata';
import { TokenType } from '../../text/vocabulary';
import { noise } from '../../util/random';

/** Marks are tokens of their own, as in the vocabularies of models that think and call tools. */
const MARK = /^<\/?(think|tool_call)>$/;
const TYPE = 'F16';

/**
 * A GGUF that writes these tokens, each once, after a prompt that ends with ":", and then ends its turn. It computes as any
 * Llama does: attention and feed-forward add nothing, so that what leaves the last layer is the embedding of the token before,
 * and the row of the head for each token is the embedding of the one that it follows.
 */
export function chainGguf(written: readonly string[]): Uint8Array<ArrayBuffer> {
  const shape = { ...TINY, layers: 1, chat: true };
  const base = tinyMetadata(shape);
  const tokens = [...getStrings(base, 'tokenizer.ggml.tokens')!, ...written];
  const metadata: Metadata = new Map([
    ...base,
    ['tokenizer.ggml.tokens', arrayValue(GgufType.STRING, tokens)],
    [
      'tokenizer.ggml.scores',
      arrayValue(
        GgufType.FLOAT32,
        [...tokens.keys()].map((id) => -id),
      ),
    ],
    [
      'tokenizer.ggml.token_type',
      arrayValue(GgufType.INT32, [
        ...getNumbers(base, 'tokenizer.ggml.token_type')!,
        ...written.map((text) => (MARK.test(text) ? TokenType.USER_DEFINED : TokenType.NORMAL)),
      ]),
    ],
  ]);
  const { width, vocabulary } = shape;
  const embeddings = noise(tokens.length * width, 1, 1);
  const head = new Float32Array(tokens.length * width);
  const chain = [tokens.indexOf('<0x3A>'), ...written.map((_, i) => vocabulary + i), tokens.indexOf('</s>')];
  for (const [i, id] of chain.slice(1).entries())
    head.set(embeddings.subarray(chain[i]! * width, (chain[i]! + 1) * width), id * width);
  const rows = [width, tokens.length];
  const weights = tinyTensors(shape).map((t) => {
    if (t.name === 'token_embd.weight') return { ...t, shape: rows, values: embeddings };
    if (t.name === 'output.weight') return { ...t, shape: rows, values: head };
    return /attn_output|ffn_down/.test(t.name) ? { ...t, values: t.values.map(() => 0) } : t;
  });
  return encodeGguf(metadata, weights, TYPE);
}
