import type { ColumnId } from '../../../store/results/results';
import { whole } from './numbers';

export const compareTable = {
  level: 'Level',
  tableOf: 'Measured figures',
  meaning: 'What the figures mean',
  columns: {
    file: { title: (unit: string) => `File, ${unit}`, help: 'Size of the GGUF.' },
    resident: {
      title: (unit: string) => `Memory, ${unit}`,
      help: 'GPU memory of weights, cache and work space while it runs.',
    },
    peak: {
      title: (unit: string) => `Peak, ${unit}`,
      help: 'Most GPU memory in use at once, quantizing included.',
    },
    prompt: {
      title: () => 'Prompt, tokens/s',
      help: 'Tokens of a prompt read in a second: median, slowest and fastest run.',
    },
    generation: {
      title: () => 'Generation, tokens/s',
      help: 'Tokens written in a second: median, slowest and fastest run.',
    },
    ceiling: {
      title: () => 'Ceiling, tokens/s',
      help: 'What this device allows at most: by what it reads from memory for each token, or by what its dispatches cost, whichever is lower.',
    },
    perplexity: {
      title: () => 'Perplexity',
      help: 'How surprised the level is by the text, with the standard error; lower is better. Compare levels, not models.',
    },
    kl: {
      title: () => 'Loss, KL',
      help: 'KL divergence: how far the probabilities of the next token are from those of the baseline, in nats, mean over the text, with its 95 % interval; 0 is the same.',
    },
    klLow: { title: () => 'Loss, 95 % low', help: 'Lower end of the 95 % interval of the loss.' },
    klHigh: { title: () => 'Loss, 95 % high', help: 'Upper end of the 95 % interval of the loss.' },
    kl99: {
      title: () => 'KL, 99 %',
      help: 'The divergence that 99 of 100 tokens stay below: the bad moments.',
    },
    same: {
      title: () => 'Same next token, %',
      help: 'Share of tokens where the level and the baseline find the same token most probable.',
    },
    sameLow: { title: () => 'Same, 95 % low', help: 'Lower end of the 95 % interval of that share.' },
    sameHigh: { title: () => 'Same, 95 % high', help: 'Upper end of the 95 % interval of that share.' },
    rms: {
      title: () => 'RMS Δp, %',
      help: 'How far the true token’s probability moves from the baseline’s, root mean square.',
    },
    tokens: { title: () => 'Tokens', help: 'Scored: the more, the surer.' },
  } satisfies Record<ColumnId, { title: (unit: string) => string; help: string }>,
  csv: {
    file: 'file bytes',
    resident: 'resident bytes',
    peak: 'peak bytes',
    prompt: 'prompt tokens/s',
    generation: 'generation tokens/s',
    ceiling: 'ceiling tokens/s',
    perplexity: 'perplexity',
    kl: 'mean KL nats',
    klLow: 'mean KL 95 % low',
    klHigh: 'mean KL 95 % high',
    kl99: 'KL 99 % nats',
    same: 'same top share',
    sameLow: 'same top 95 % low',
    sameHigh: 'same top 95 % high',
    rms: 'RMS delta p',
    tokens: 'scored tokens',
  } satisfies Record<ColumnId, string>,
  bytes: (n: number) => `${whole(n)} bytes`,
  bound: (speed: string, by: string) => `${speed}, by ${by}`,
  boundHelp: (bytes: string, byBytes: string, dispatches: number, byDispatches: string) =>
    `${bytes} a token: ${byBytes} tokens/s; ${dispatches} dispatches a token: ${byDispatches} tokens/s`,
  spread: (median: string, min: string, max: string) => `${median} (${min} to ${max})`,
  quantiles: (q: Readonly<Record<'mean' | 'median' | 'p90' | 'p95' | 'p99' | 'p999' | 'max', string>>) =>
    `mean ${q.mean}, median ${q.median}, 90 %: ${q.p90}, 95 %: ${q.p95}, 99 %: ${q.p99}, 99.9 %: ${q.p999}, largest ${q.max}`,
  conditions: {
    on: (adapter: string, date: string) => `${adapter}, ${date}`,
    quality: (base: string, tokens: number, text: string, chunks: number, context: number) =>
      `; loss from ${base} on ${tokens} tokens of ${text} (${chunks} chunks of ${context})`,
    paged: '; layer by layer, as the two did not fit beside each other',
    mixed: '; some on more of the text: see the tokens',
  },
};
