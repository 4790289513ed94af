import { NibbleError } from '../util/errors';

/** Throws NibbleError when a prompt is empty, longer than the context, or has an id outside the vocabulary. */
export function checkPrompt(
  ids: readonly number[],
  { context, vocabulary }: { readonly context: number; readonly vocabulary: number },
): void {
  if (ids.length === 0)
    throw new NibbleError('The prompt is empty.', 'Write something, or choose another prompt.');
  if (ids.length > context)
    throw new NibbleError(
      `The prompt has ${ids.length} tokens; the context holds ${context}.`,
      'Shorten the prompt or choose a longer context.',
    );
  const bad = ids.find((id) => id >= vocabulary || id < 0);
  if (bad !== undefined) throw new NibbleError(`Token id ${bad} is outside the vocabulary of ${vocabulary}.`);
}
