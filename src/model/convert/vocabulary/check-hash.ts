import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { needSandbox } from '../../../text/model-text';
import type { TextSandbox } from '../../../text/sandbox/sandbox';
import { BudgetError, PreTokenizerError } from '../../../util/errors';
import { encodeUtf8 } from '../../../util/utf8';
import type { Work } from '../../../util/work';
import type { Checkpoint } from '../checkpoint/checkpoint';
import { isRecord, type Json } from '../../../files/json';

/** sha256 of ids printed as a Python list. */
export const hashOfIds = (ids: readonly number[]): string =>
  bytesToHex(sha256(encodeUtf8(`[${ids.join(', ')}]`)));

/**
 * The check hash of a tokenizer.json: sha256 of the ids of a check text, by which convert_hf_to_gguf.py identifies a
 * pre-tokenizer. The file's own expressions run in the sandbox. The result throws where the hash was needed and could not
 * be had: not every architecture asks for it.
 */
export async function findCheckHash(
  checkpoint: Checkpoint,
  tokenizerJson: Json | undefined,
  options: { readonly preTokenizer?: string },
  work: Pick<Work, 'signal'> & { readonly sandbox?: TextSandbox | undefined } = {},
): Promise<() => string | undefined> {
  const none = () => undefined;
  const model = tokenizerJson?.model;
  if (options.preTokenizer !== undefined || !isRecord(model) || model.type !== 'BPE') return none;
  if (model.byte_fallback === true) return none;
  const bytes = (await checkpoint.bytes('tokenizer.json'))!;
  const { name } = checkpoint.find('tokenizer.json')!;
  const hint = 'If you know its pre-tokenizer, give its llama.cpp name.';
  try {
    const sandbox = needSandbox(work.sandbox);
    const budgetMs = 15_000 + Math.ceil(bytes.length / 2 ** 20) * 1000;
    const what = `${name}: its expressions over a text of 600 characters`;
    const ids = await sandbox.run('checkIds', [bytes], { what, hint, budgetMs, signal: work.signal });
    return () => (ids === null ? undefined : hashOfIds(ids));
  } catch (error) {
    if (work.signal?.aborted) throw error;
    return () => {
      throw error instanceof BudgetError ? new PreTokenizerError(error.message, error.hint) : error;
    };
  }
}
