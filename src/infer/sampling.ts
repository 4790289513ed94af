import { NibbleError } from '../util/errors';

/** Penalties on tokens that came before, the prompt's among them, as llama.cpp's samplers define them. */
export interface Penalties {
  /** Tokens that they look back at; 64 when it is left out, 0 is off, -1 is the whole context. */
  readonly repeatLastN?: number | undefined;
  /** Divides a positive logit of a token in the window and multiplies any other; 1, or left out, is off. */
  readonly repeatPenalty?: number | undefined;
  /** Goes off a token's logit for each time that it is in the window; 0, or left out, is off. */
  readonly frequencyPenalty?: number | undefined;
  /** Goes off the logit of a token in the window once; 0, or left out, is off. */
  readonly presencePenalty?: number | undefined;
}

/** Sampling of the next token: penalties, top-k, top-p, min-p, then the temperature, in llama.cpp's order. */
export interface SamplingOptions extends Penalties {
  /** 0 is greedy: the likeliest token after penalties. */
  readonly temperature: number;
  /** 0 is off. */
  readonly topK: number;
  /** 1 is off. */
  readonly topP: number;
  /** 0 is off. */
  readonly minP: number;
  readonly seed: number;
}

export const GREEDY: SamplingOptions = { temperature: 0, topK: 0, topP: 1, minP: 0, seed: 0 };
const DEFAULT_LAST_N = 64;
/** Candidates of a token that can be asked for, at most. */
export const MAX_TOP_LOGPROBS = 4;

/** Penalties with nothing left out. The window is in tokens, and 0 where no penalty has an effect. */
export function penaltiesOf(p: Penalties, context: number): Required<{ [K in keyof Penalties]: number }> {
  const lastN = p.repeatLastN ?? DEFAULT_LAST_N;
  const repeatPenalty = p.repeatPenalty ?? 1;
  const frequencyPenalty = p.frequencyPenalty ?? 0;
  const presencePenalty = p.presencePenalty ?? 0;
  const isOff = repeatPenalty === 1 && frequencyPenalty === 0 && presencePenalty === 0;
  const repeatLastN = isOff ? 0 : Math.min(lastN < 0 ? context : lastN, context);
  return { repeatLastN, repeatPenalty, frequencyPenalty, presencePenalty };
}

/** Throws NibbleError for penalties that are no numbers, or have no meaning. */
export function checkPenalties({
  repeatLastN,
  repeatPenalty,
  frequencyPenalty,
  presencePenalty,
}: Penalties): void {
  if (repeatLastN !== undefined && !(Number.isSafeInteger(repeatLastN) && repeatLastN >= -1))
    throw new NibbleError(
      `repeatLastN is ${repeatLastN}, expected a whole number of tokens.`,
      '0 turns penalties off, and -1 looks back at the whole context.',
    );
  if (repeatPenalty !== undefined && !(Number.isFinite(repeatPenalty) && repeatPenalty > 0))
    throw new NibbleError(
      `repeatPenalty is ${repeatPenalty}, expected a number above 0.`,
      '1 turns it off; values from 1.05 to 1.3 are usual.',
    );
  for (const [name, value] of Object.entries({ frequencyPenalty, presencePenalty }))
    if (value !== undefined && !Number.isFinite(value))
      throw new NibbleError(`${name} is ${value}, expected a number.`, '0 turns it off.');
}

/** Throws NibbleError for a number of candidates that is not from 0 to MAX_TOP_LOGPROBS. */
export function checkTopLogprobs(count: number): void {
  if (!Number.isInteger(count) || count < 0 || count > MAX_TOP_LOGPROBS)
    throw new NibbleError(
      `topLogprobs is ${count}, expected a whole number from 0 to ${MAX_TOP_LOGPROBS}.`,
      'It is the number of candidates told with each token; 0 is off.',
    );
}
