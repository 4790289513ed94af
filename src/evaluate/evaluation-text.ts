import { getBoolean, getNumber } from '../files/gguf/metadata';
import type { ModelFile } from '../files/model-file';
import { createTokenizer, type TextTokenizer } from '../text/tokenizer';

/**
 * Token ids of a text, and the BOS id that replaces the first token of each chunk if the model adds one. Source:
 * llama-perplexity.
 */
export function textForEvaluation(
  model: ModelFile,
  text: string,
  tokenizer: TextTokenizer = createTokenizer(model.label, model.metadata),
): { ids: number[]; bos: number | undefined } {
  const ids = tokenizer.encode(text, { addBos: true });
  const first = getNumber(model.metadata, 'tokenizer.ggml.bos_token_id');
  const adds = getBoolean(model.metadata, 'tokenizer.ggml.add_bos_token') ?? ids[0] === first;
  return { ids, bos: adds ? first : undefined };
}
