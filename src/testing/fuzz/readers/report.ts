import { isDeepStrictEqual } from 'node:util';
import { pairs, parseReport, type Report } from '../../../store/results/report';
import { resultRows } from '../../../store/results/results';
import stored from '../../golden/stores/report.json';
import { mutatedJson, type Words } from '../mutate-json';
import { fuzzer, rule, shownBytes } from '../reader';

const whole = stored as unknown as Report;
const seed = JSON.stringify(whole);
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
    rule(
      isDeepStrictEqual(parseReport('again.json', JSON.stringify(accepted)), accepted),
      'it is the same again',
    );
  },
  show: shownBytes,
});
