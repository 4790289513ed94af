import type { GenerateRequest } from '../infer/generate';
import { checkPenalties, checkTopLogprobs } from '../infer/sampling';
import { checkStopStrings } from '../text/stop-strings';
import { NibbleError } from '../util/errors';
import { numberOption, UsageError, type Values } from './arguments';

/** Sampling, length and stop strings of the options; temperature and filters are llama.cpp's where left out. */
export function generateOptions(
  values: Values,
): Pick<GenerateRequest, 'maxTokens' | 'sampling' | 'stop' | 'topLogprobs'> {
  const sampling = {
    temperature: numberOption(values, 'temp', 0.8),
    topK: numberOption(values, 'top-k', 40),
    topP: numberOption(values, 'top-p', 0.95),
    minP: numberOption(values, 'min-p', 0.05),
    seed: numberOption(values, 'seed', 1),
    repeatLastN: numberOption(values, 'repeat-last-n', 64),
    repeatPenalty: numberOption(values, 'repeat-penalty', 1),
    frequencyPenalty: numberOption(values, 'frequency-penalty', 0),
    presencePenalty: numberOption(values, 'presence-penalty', 0),
  };
  const stop = values['reverse-prompt'] ?? [];
  const topLogprobs = numberOption(values, 'top-logprobs', 0);
  if (topLogprobs > 0 && !values.json)
    throw new UsageError('--top-logprobs tells the likeliest tokens in JSON: it needs --json.');
  // Before a model is opened and quantized for nothing.
  try {
    checkPenalties(sampling);
    checkStopStrings(stop);
    checkTopLogprobs(topLogprobs);
  } catch (error) {
    throw error instanceof NibbleError ? new UsageError(error.message, error.hint) : error;
  }
  return { maxTokens: numberOption(values, 'n', 64), sampling, stop, topLogprobs };
}
