import { Tokenizer as HubTokenizer } from '@huggingface/tokenizers';
import { parseJson } from '../../files/json';
import type { Metadata } from '../../files/gguf/metadata';
import { toWire } from '../../util/errors';
import { encodeChat } from '../chat-template';
import { PRE_TOKENIZER_CHECK } from '../pre-tokenizer-hashes';
import { createTokenizer, type TextTokenizer } from '../tokenizer';
import type { FromText, TextCalls, ToText } from './protocol';

interface Loaded {
  readonly metadata: Metadata;
  readonly tokenizer: TextTokenizer;
}

function checkIds(tokenizerJson: Uint8Array): number[] | null {
  try {
    const json = parseJson(tokenizerJson, 'tokenizer.json').value as object;
    const absent = { normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null };
    return new HubTokenizer({ ...absent, ...json }, {}).encode(PRE_TOKENIZER_CHECK).ids;
  } catch {
    return null;
  }
}

/** The worker's side of the text sandbox: what a file's template or tokenizer does, without a limit of its own. */
export function serveText(send: (message: FromText) => void): (message: ToText) => void {
  const vocabularies = new Map<number, Loaded>();
  const loaded = (key: number): Loaded => {
    const found = vocabularies.get(key);
    if (!found) throw new Error(`vocabulary ${key} was not loaded`);
    return found;
  };
  const calls = (id: number): TextCalls => ({
    load(key, label, metadata) {
      const tokenizer = createTokenizer(label, metadata);
      // Some of it is made at the first text; that time belongs to loading.
      tokenizer.encode('a', { addBos: false });
      vocabularies.set(key, { metadata, tokenizer });
    },
    drop(key) {
      vocabularies.delete(key);
    },
    encode: (key, text, options) => loaded(key).tokenizer.encode(text, options),
    chat(key, messages) {
      const { metadata, tokenizer } = loaded(key);
      const encode: TextTokenizer['encode'] = (text, options) => {
        send({ id, stage: 'tokenizer' });
        return tokenizer.encode(text, options);
      };
      return encodeChat({ ...tokenizer, encode }, metadata, messages);
    },
    checkIds,
  });
  return ({ id, call, args }) => {
    try {
      const run = calls(id)[call] as (...args: readonly unknown[]) => unknown;
      send({ id, result: run(...args) });
    } catch (error) {
      send({ id, error: toWire(error) });
    }
  };
}
