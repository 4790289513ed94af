// npm run bench:logprobs -- [MODEL.gguf] [--levels Q8_0] [--rounds 15] [--tokens 128]
// [--variants plain,both]: generated tokens per second without and with the four likeliest tokens of each, and with
// penalties, in turn in one process. Prints a Markdown table.
import { parseArgs } from 'node:util';
import { spreadOf } from '../src/infer/benchmark';
import { Engine, GREEDY } from '../src/infer/engine';
import { generate } from '../src/infer/generate';
import { planQuantization } from '../src/model/plan';
import { testNumerics } from '../src/device/numerics';
import { openNodeGpu } from '../src/node/gpu';
import { openPath } from '../src/node/files';
import { openModel } from '../src/pipeline/open';
import { prepareLevel } from '../src/pipeline/prepared';
import { fileTypeByLabel } from '../src/quant/file-types';
import { createTokenizer } from '../src/text/tokenizer';
import { BenchTable } from './table';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    levels: { type: 'string', default: 'Q8_0' },
    rounds: { type: 'string', default: '15' },
    tokens: { type: 'string', default: '128' },
    variants: { type: 'string', default: 'plain,likeliest four,penalties,both' },
  },
});
const path = positionals[0] ?? 'public/models/nibble-stories-F16.gguf';
const maxTokens = Number(values.tokens);
const gpu = await openNodeGpu();
await testNumerics(gpu);
const file = await openModel(openPath(path), path);
const tokenizer = createTokenizer(path, file.metadata);
const ids = tokenizer.encode('Once upon a time', { addBos: true });
const sampling = { ...GREEDY, temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05 };
const variants = {
  plain: { sampling },
  'likeliest four': { sampling, topLogprobs: 4 },
  penalties: { sampling: { ...sampling, repeatPenalty: 1.1 } },
  both: { sampling: { ...sampling, repeatPenalty: 1.1 }, topLogprobs: 4 },
};
const wanted = values.variants.split(',');
const names = (Object.keys(variants) as (keyof typeof variants)[]).filter((name) => wanted.includes(name));

const table = new BenchTable();
table.print(`adapter: ${gpu.adapterName}`);
table.heading('Sampling', 'level', 'variant', 'generation t/s', 'min', 'max', 'of plain, median of rounds');
for (const level of values.levels.split(',')) {
  const prepared = await prepareLevel(gpu, file, planQuantization(file, fileTypeByLabel(level)!));
  const engine = await Engine.create(gpu, prepared, { context: 512, kvType: 'F16' });
  const speeds = Object.fromEntries(names.map((name) => [name, [] as number[]]));
  // The first round warms up; every second one goes backwards, so that none is always after the same.
  for (let round = 0; round <= Number(values.rounds); round++)
    for (const name of round % 2 === 0 ? names : [...names].reverse()) {
      engine.rollback(0);
      // Stop tokens are ignored: every answer has as many tokens.
      const request = { ids, maxTokens, stops: [], ...variants[name] };
      const { tokensPerSecond } = await generate(engine, tokenizer, request, { progress: () => {} });
      if (round > 0) speeds[name]!.push(tokensPerSecond);
    }
  for (const name of names) {
    const { median, min, max } = spreadOf(speeds[name]!);
    const ratios = speeds[name]!.map((speed, round) => speed / speeds.plain![round]!);
    table.record('sampling', {
      level,
      variant: name,
      median: median.toFixed(1),
      min: min.toFixed(1),
      max: max.toFixed(1),
      ratio: spreadOf(ratios).median.toFixed(3),
    });
  }
  engine.dispose();
  prepared.dispose();
}
gpu.close();
