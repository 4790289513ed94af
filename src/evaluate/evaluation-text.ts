import { getBoolean, getNumber } from '../files/gguf/metadata';
import type { ModelFile } from '../files/model-file';
import type { ModelText } from '../text/model-text';
import type { Work } from '../util/work';

/**
 * Token ids of a text, and the BOS id that replaces the first token of each chunk if the model adds one. Source:
 * llama-perplexity.
 */
export async function textForEvaluation(
  model: ModelFile,
  text: string,
  modelText: ModelText,
  work: Pick<Work, 'signal'> = {},
): Promise<{ ids: number[]; bos: number | undefined }> {
  const ids = await modelText.encode(text, { addBos: true }, work);
  const first = getNumber(model.metadata, 'tokenizer.ggml.bos_token_id');
  const adds = getBoolean(model.metadata, 'tokenizer.ggml.add_bos_token') ?? ids[0] === first;
  return { ids, bos: adds ? first : undefined };
}
