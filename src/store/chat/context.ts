// Room in the context: how much is used, what the next step up is, and what may be left out.

const LEAST = 512;

/** Tokens in the context when an answer has ended: the prompt and what was written. */
export const usedTokens = (timing: { readonly promptTokens: number; readonly tokens: number }): number =>
  timing.promptTokens + timing.tokens;

/** The next larger context; null where the model takes no more. */
export function largerContext(context: number, limit: number | null): number | null {
  let next = LEAST;
  while (next <= context) next *= 2;
  if (limit !== null) next = Math.min(next, limit);
  return next > context ? next : null;
}

/** A prompt leaves room for an answer: for as many tokens as are asked for, or for an eighth of the context. */
export const hasRoom = (promptTokens: number, context: number, maxTokens: number): boolean =>
  context - promptTokens >= Math.max(1, Math.min(maxTokens, context >> 3));

/** After something was left out the prompt takes at most half of the context, so that the next turns go on without a question. */
export const leavesEnough = (promptTokens: number, context: number): boolean => promptTokens <= context >> 1;

/**
 * The first of `count` places, each later than the one before and with a shorter prompt, whose prompt leaves enough; the last
 * where none does.
 */
export async function firstThatLeavesEnough(
  count: number,
  context: number,
  tokensAt: (place: number) => Promise<number>,
): Promise<{ place: number; tokens: number }> {
  let low = 0;
  let high = count - 1;
  let best = { place: high, tokens: await tokensAt(high) };
  while (low < high) {
    const place = (low + high) >> 1;
    const tokens = await tokensAt(place);
    if (leavesEnough(tokens, context)) {
      best = { place, tokens };
      high = place;
    } else low = place + 1;
  }
  return best;
}
