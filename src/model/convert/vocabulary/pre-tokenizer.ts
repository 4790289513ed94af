import { checkTextHashes } from '../../../text/pre-tokenizer-hashes';
import { describePreTokenizer, detectPreTokenizers, preTokenizerByName } from '../../../text/pre-tokenizers';
import { PreTokenizerError, UnsupportedError } from '../../../util/errors';
import type { Json } from '../../../files/json';

/**
 * tokenizer.ggml.pre of a byte-level tokenizer.json: the user's choice, else by check hash as in convert_hf_to_gguf.py,
 * else by its regular expressions. Throws PreTokenizerError if unknown, because a guess would change the tokens.
 */
export function preTokenizerName(
  tokenizerJson: Json,
  wish: {
    readonly preTokenizer: string | undefined;
    readonly preferredPre: string | undefined;
    readonly checkHash: () => string | undefined;
  },
): { name: string; notes: string[] } {
  if (wish.preTokenizer !== undefined) {
    if (!preTokenizerByName(wish.preTokenizer))
      throw new UnsupportedError(
        `The pre-tokenizer "${wish.preTokenizer}" is not known here.`,
        "Give one of llama.cpp's names of the model's family.",
      );
    return { name: wish.preTokenizer, notes: [] };
  }
  const hash = wish.checkHash();
  const byHash = hash === undefined ? undefined : checkTextHashes[hash];
  const alike = detectPreTokenizers(tokenizerJson);
  const byRegex = alike.find((name) => name === wish.preferredPre) ?? alike[0];
  if (byHash !== undefined) {
    const differs = alike.length > 0 && !alike.includes(byHash);
    const note = `tokenizer.json is known as "${byHash}", though its expressions are those of "${alike[0]}".`;
    return { name: byHash, notes: differs ? [note] : [] };
  }
  if (byRegex !== undefined)
    return {
      name: byRegex,
      notes: [
        `The pre-tokenizer "${byRegex}" was found by its expressions; its vocabulary is not one of the known.`,
      ],
    };
  throw new PreTokenizerError(
    `tokenizer.json has a pre-tokenizer that is not known here: ${describePreTokenizer(tokenizerJson)} (check hash ${hash ?? 'none'}).`,
    'Without it the tokens would be wrong. If you know it, give its llama.cpp name.',
  );
}
