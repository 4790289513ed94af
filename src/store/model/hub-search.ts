// Looks for models on Hugging Face. Only what a person types is asked for, and no file is read.
import type { FoundRepository } from '../../files/hub/catalog';
import type { OfferedRepository } from '../../worker/protocol';
import { ask } from '../work/job';

export const searchModels = (words: string): Promise<readonly FoundRepository[]> => ask('searchHub', words);

export const lookAt = (address: string, token: string): Promise<OfferedRepository> =>
  ask('lookAtHub', address, token || undefined);

/** True for a text that names one repository, and does not only have its words. */
export const isAddress = (text: string): boolean =>
  /^(https?:\/\/\S+|[\w][\w.-]*\/[\w][\w.-]*([/@:]\S*)?)$/.test(text.trim());

/** The model that the address of the page asks for, as in ?model=hf:organization/name:Q4_K_M; or that was shared to it. */
export function askedModel(search: string): string | null {
  const asked = new URLSearchParams(search);
  // A link that is shared to the installed page may come within a text.
  const shared = (asked.get('text') ?? '').split(/\s+/).filter((word) => /^https:/.test(word));
  const addresses = [asked.get('model') ?? '', ...shared].map((word) => word.trim().replace(/^hf:/, ''));
  return addresses.find(isAddress) ?? null;
}
