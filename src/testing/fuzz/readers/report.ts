import { isDeepStrictEqual } from 'node:util';
import { differenceOf, lossOf } from '../../../store/results/loss';
import { pairs, parseReport, type Report } from '../../../store/results/report';
import { resultRows } from '../../../store/results/results';
import { contextSeries } from '../../../store/results/series';
import stored from '../../golden/stores/report.json';
import { mutatedJson, type Words } from '../mutate-json';
import { fuzzer, rule, shownBytes } from '../reader';

const whole = stored as unknown as Report;
const batches = { tokens: [20, 15], kl: [0.001, 0.002], sameTop: [1, 0.9] };
/** With batches and contexts, which reports of then did not have. */
const spread = { median: 3, min: 2, max: 4, runs: [3] };
const byContext = {
  speeds: [128, 512].map((contextTokens) => ({ contextTokens, tokensPerSecond: spread })),
  endedBy: 'memory',
};
const seed = JSON.stringify({
  ...whole,
  runs: whole.runs.map((r) => ({ ...r, speed: { ...r.speed, byContext } })),
  qualities: whole.qualities.map((q) => ({ ...q, measured: { ...q.measured, batches } })),
});
const words: Words = {
  keys: [
    'format',
    'version',
    'model',
    'runs',
    'qualities',
    'speed',
    'median',
    'type',
    'measured',
    'kl',
    'mean',
    'batches',
    'tokens',
    'sameTop',
    'byContext',
    'speeds',
    'contextTokens',
    'endedBy',
  ],
  values: ['F16', 'Q4_K_M', 0, -1, 1, 2, 1e300, null, [], {}],
};

export const reader = fuzzer<Uint8Array<ArrayBuffer>, Report>({
  name: 'report',
  sources: ['src/store/results/report.ts'],
  inputs: 1_000_000,
  make: (r) => mutatedJson(r, seed, words),
  read: (bytes) => parseReport('fuzz.json', new TextDecoder().decode(bytes)),
  check: (_, accepted) => {
    // Lays it beside figures of one's own, as the page does.
    const own = resultRows(whole.runs, whole.qualities, []);
    for (const { generation, prompt, kl } of pairs(own, accepted))
      for (const figure of [...generation, ...prompt, ...kl])
        rule(figure === undefined || Number.isFinite(figure), `${figure} is a figure`);
    for (const { points } of contextSeries(resultRows(accepted.runs, [], [])))
      for (const { contextTokens, median, min, max } of points)
        for (const figure of [contextTokens, median, min, max])
          rule(Number.isFinite(figure), `${figure} is a figure of a line`);
    for (const quality of accepted.qualities) {
      const { klInterval, sameTopInterval, tokens } = lossOf(quality);
      const { kl, standardError } = differenceOf(quality, accepted.qualities[0]!);
      const figures = [klInterval?.low ?? 0, klInterval?.high ?? 0, sameTopInterval?.low ?? 0, tokens];
      for (const figure of [...figures, kl, standardError])
        rule(Number.isFinite(figure), `${figure} is a figure of a loss`);
    }
    rule(
      isDeepStrictEqual(parseReport('again.json', JSON.stringify(accepted)), accepted),
      'it is the same again',
    );
  },
  show: shownBytes,
});
