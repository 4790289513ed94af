import { compareCharts } from './compare-charts';
import { compareTable } from './compare-table';
import { all, levels, whole } from './numbers';

const times = (n: number) => (n < 10 ? n.toFixed(1) : String(Math.round(n)));
/** A time that is only roughly known: 40 s, 6 min, 1 h 20 min. */
function about(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return 'a few seconds';
  if (seconds < 90) return `${10 * Math.round(seconds / 10)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h${minutes % 60 === 0 ? '' : ` ${minutes % 60} min`}`;
}

export const compare = {
  ...compareCharts,
  ...compareTable,
  parts: 'Parts of Compare',
  charts: 'Charts',
  table: 'Table',
  side: 'Side by side',
  setup: 'What to measure',
  measure: (n: number, ms: number | null) =>
    ms === null ? `Measure ${levels(n)}` : `Measure ${levels(n)}, about ${about(ms)}`,
  unknownTime: (budget: string) =>
    `How long it takes is not known before it was done once on this device. Comparing takes up to ${budget} a level.`,
  unknownParts: (unknown: readonly ('quantizing' | 'comparing' | 'speed')[], names: readonly string[]) => {
    const what = {
      quantizing: `how fast ${all(names)} can be quantized`,
      comparing: 'how fast a text is compared',
      speed: 'how long a measurement of speed takes',
    };
    return `Not known yet: ${all(unknown.map((u) => what[u]))}.`;
  },
  seconds: (n: number) => (n < 60 ? `${n} s` : `${n / 60} min`),
  pause: 'Pause',
  chosen: (n: number) => levels(n),
  chooseLevels: 'Choose levels',
  baseline: 'Baseline',
  text: 'Text',
  ownText: 'Text of your own…',
  context: 'Context',
  budget: 'Time budget',
  budgetOf: (n: number) => `${n < 120 ? `${n} s` : `${n / 60} min`} a level`,
  figures: 'Figures',
  figuresOf: {
    all: 'All',
    both: 'Loss and speed',
    loss: 'Loss',
    speed: 'Speed',
  },
  help: 'Help on what is measured',
  terms: [
    ['Baseline', 'The level that others are compared with, token by token.'],
    ['Text', 'What is read and predicted. It should be of the kind that you use the model for.'],
    ['Context', 'Tokens at once: the text is cut into chunks of so many; the second half of each is scored.'],
    [
      'Time budget',
      'Seconds of comparing that each level may take. The first level decides how much of the text all of them get.',
    ],
    [
      'Loss',
      'KL divergence from the baseline: how far the probabilities of the next token are from the baseline’s, in nats, on average. 0 is the same.',
    ],
    [
      '±',
      'The 95 % interval, from how much the chunks of the text differ. Two levels are compared chunk by chunk, which tells more than two intervals.',
    ],
    [
      'Speed',
      'One level at a time: 64 prompt tokens, then 16 greedy ones; one warm-up, five runs, the median. By context: 16 tokens at the end of contexts of several lengths, three runs.',
    ],
  ] as readonly (readonly [term: string, meaning: string])[],
  unfinished: (n: number, left: number) =>
    `A measurement of ${levels(n)} stopped with ${left} ${left === 1 ? 'step' : 'steps'} to go.`,
  goOn: 'Go on',
  leave: 'Leave it',
  empty:
    'Nothing is measured yet. What levels lose, how fast they are and what they take stands here once it is, as it comes.',
  emptyNoGpu:
    'Nothing is measured, and this browser has no WebGPU to measure with. A saved report can be looked at.',
  noSpeed: 'Speed was not measured.',
  drawing: 'Drawing…',

  partial: (done: number, of: number) => `So far, ${done} of ${levels(of)}: `,
  tooClose: (names: readonly string[]) => `Too close to call between ${all(names)}`,
  take: (type: string) => `Take ${type}`,
  probably: (type: string) => `Probably ${type}`,
  fewTokens: (type: string, tokens: number) =>
    `${type} so far: ${whole(tokens)} tokens are too few to be sure`,
  noneSafe: 'None of these is safe',
  noneFits: (base: string) => `Nothing smaller than ${base} that fits was measured`,
  lossOf: (kl: string, base: string, tokens: number) => `KL ${kl} from ${base} on ${whole(tokens)} tokens`,
  sameToken: (share: string, range: string | null) =>
    `; the same next token ${share} times in 100${range === null ? '' : ` (${range})`}.`,
  range: (low: string, high: string) => `${low} to ${high}`,
  tieOf: (own: string, other: string, tokens: number) => `KL ${own} and ${other} on ${whole(tokens)} tokens`,
  mayBeNone: (difference: string) => `; the difference, ${difference}, may be none.`,
  errorNotKnown: '; of one chunk nobody knows the error.',
  alsoClose: (names: readonly string[]) => `Too close to call from it: ${all(names)}.`,
  smallestSure: (limit: number) => `No smaller one stays under ${limit} nats, error included.`,
  smallestMean: (limit: number) => `It is the smallest whose mean is under ${limit} nats.`,
  smallestUnsure: (limit: number) =>
    `It is the smallest whose mean is under ${limit} nats; its error reaches beyond.`,
  closestSafe: (limit: number) => `Nothing that fits is closer, and it stays under ${limit} nats.`,
  smallerUnsure: (type: string, kl: string) => `${type} (${kl}) may do, too.`,
  timesSmaller: (n: number, base: string) => `${times(n)} times smaller than ${base}`,
  timesFaster: (n: number) => `, at ${times(n)} times its speed.`,
  sizeAndSpeed: (type: string, size: string, isSmaller: boolean, speed: number | null) => {
    const pace =
      speed === null
        ? ''
        : Math.abs(speed - 1) < 0.05
          ? ' and as fast'
          : speed > 1
            ? `, and ${times(speed)} times as fast`
            : `, and slower (${speed.toFixed(2)} of its speed)`;
    return `${type} is ${size} ${isSmaller ? 'smaller' : 'larger'}${pace}.`;
  },
  closer: (type: string, kl: string, size: string) => `${type} is clearly closer (${kl}) for ${size} more.`,
  smaller: (type: string, kl: string, size: string) =>
    `${type} is ${size} smaller, and clearly farther (${kl}).`,
  moreTokens: (n: number, minimum: number) =>
    `Under ${whole(minimum)} tokens nothing is sure: ${whole(n)} more are needed.`,
  noInterval: 'It was measured on one chunk of text, of which nobody can tell the error.',
  tooLarge: (type: string, size: string) => `${type} would be safe, and is ${size} too large for this GPU.`,
  closestIs: (type: string, kl: string, limit: number) =>
    `${type} is the closest that fits: KL ${kl}, and up to ${limit} is safe.`,
  measureMore: (names: readonly string[], ms: number | null) => {
    const who = names.length === 1 ? names[0]! : names.length === 2 ? 'both' : `all ${names.length}`;
    return ms === null ? `Measure ${who} on more text` : `Measure ${who} for ${about(ms)} more`;
  },
  textEnds: (chunks: number) =>
    `The text has no more: all ${whole(chunks)} chunks of it are measured. A longer text of your own tells more.`,
  download: (type: string) => `Download ${type}`,

  saveAs: 'Save as',
  png: 'PNG',
  svg: 'SVG',
  csvFile: 'CSV',
  markdown: 'Markdown',
  json: 'JSON',
  picture: 'Picture',
  pictureHelp: 'One picture of 1200 by 630 pixels, to show to others',
  copyAs: (format: string) => `Copy as ${format}`,
  copied: (format: string) => `Copied as ${format}.`,
  notCopied: 'The browser did not allow copying.',
  forget: 'Forget these figures',
  saveReport: 'Save a report',
  withReport: 'Compare with a report',
  reportCaption: (model: string, device: string, date: string, isOther: boolean) =>
    `Here, and there: ${model} on ${device}, ${date}${isOther ? ' (another model)' : ''}`,
  beside: 'This device beside a report',
  there: 'there',
  hereOverThere: 'here / there',
  caption: (conditions: string) => `${conditions}. Measured with Nibble Studio.`,
  factSmaller: (base: string) => `smaller than ${base}`,
  factSame: 'the same next token',
  factSpeed: 'its speed here',

  prompt: 'Prompt for all levels',
  promptKind: 'As what it is read',
  asText: 'Continue it',
  asMessage: 'Answer it',
  mostTokens: 'Most tokens',
  send: 'Send to all',
  sideSub: (types: readonly string[], most: number) =>
    types.length < 2
      ? `Greedy: choose two levels at least; the first ${most} of them write.`
      : `Greedy: every difference comes from the weights. Differences are marked against ${types[0]}.`,
  continueAt: (types: readonly string[]) => `At ${types.join(', ') || 'no level'}`,
  writtenAt: (type: string) => `Written at ${type}`,
  noDifference: (n: number) => `no difference in ${n} tokens`,
  partsAt: (at: number) => `parts at token ${at}`,
  sideTokens: (n: number, percent: string) => `${n} tokens, ${percent} probable on average`,
};
