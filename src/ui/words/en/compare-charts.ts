import { all, levels, whole } from './numbers';

export const compareCharts = {
  sizeLoss: 'Size against loss',
  sizeLossCap: (base: string, tokens: number) =>
    `KL from ${base} in nats, 95 % bars, ${whole(tokens)} tokens`,
  speedLoss: 'Speed against loss',
  speedLossCap: 'generation, slowest to fastest run',
  speedContext: 'Speed against context',
  speedContextCap: 'generation, tokens/s',
  memory: 'GPU memory',
  bits: 'Bits per weight',
  bitsCap: 'of the whole file',
  weights: 'Weights',
  cache: 'Cache',
  compute: 'Compute',
  fileAxis: (unit: string) => `file, ${unit}`,
  speedAxis: 'generation, tokens/s',
  contextAxis: 'tokens in the context',
  memoryAxis: (context: string, unit: string) => `at a context of ${context}, ${unit}`,
  bitsAxis: 'bits per weight',
  lowerLeft: 'lower left is better',
  lowerRight: 'lower right is better',
  higher: 'higher is better',
  doesNotFit: (size: string) => `too large for ${size}`,
  tooCloseMark: 'too close to call',
  memoryEnds: 'memory ends here',
  zero: '0',
  sizeLossLabel: (n: number, closest: string, farthest: string, ties: readonly (readonly string[])[]) =>
    `${levels(n)} by file size and loss. ${closest} is closest, ${farthest} farthest.${ties.map((t) => ` Too close to call: ${all(t)}.`).join('')}`,
  speedLossLabel: (fastest: string, speed: string) =>
    `Levels by speed and loss. ${fastest} is the fastest, ${speed} tokens a second.`,
  speedContextLabel: (n: number, longest: string) =>
    `Speed of ${levels(n)} by the length of the context, up to ${longest} tokens.`,
  memoryLabel: (largest: string, size: string) =>
    `GPU memory of each level, part by part. ${largest} takes the most, ${size}.`,
  bitsLabel: (largest: string, bits: string, smallest: string, least: string) =>
    `Bits per weight of each level: from ${bits} of ${largest} to ${least} of ${smallest}.`,
  tip: {
    baseline: 'the baseline: loses nothing',
    kl: (kl: string) => `KL ${kl}`,
    interval: (low: string, high: string) => `95 %: ${low} to ${high}`,
    noInterval: 'one chunk: no interval',
    same: (share: string) => `same next token ${share} in 100`,
    speed: (median: string, min: string, max: string) => `${median} tokens/s (${min} to ${max})`,
    bits: (n: string) => `${n} bits per weight`,
    atContext: (tokens: string) => `${tokens} tokens`,
    total: (size: string) => `${size} in all`,
  },
};
