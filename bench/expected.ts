// npm run bench:expected -- [MODEL.gguf TEXT CALIBRATION] [--chunks 16] [--context 256] [--levels Q8_0,Q4_K_M] [--out FILE]:
// the loss of every level of a model on a text that it was not trained on, against the precision of its file, written into
// the table of expected losses; the built-in model where none is given. A level that is in the table already is left as it
// is, so that a run that was stopped goes on. Levels that need an importance matrix get one from the calibration text.
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { testNumerics } from '../src/device/numerics';
import { BaseRows } from '../src/evaluate/base-rows';
import { collectImportance } from '../src/evaluate/collect-importance';
import { textForEvaluation } from '../src/evaluate/evaluation-text';
import { memorySource } from '../src/files/byte-source';
import { getString } from '../src/files/gguf/metadata';
import { readImatrix } from '../src/files/imatrix';
import { imatrixFile } from '../src/files/imatrix-write';
import { runnableOf } from '../src/infer/model-runtime';
import { type Plan, planQuantization } from '../src/model/plan';
import { openPath, readTextFile } from '../src/node/files';
import { openNodeGpu } from '../src/node/gpu';
import { nodeTextSandbox } from '../src/node/text-sandbox';
import { openModel } from '../src/pipeline/open';
import { prepareLevel } from '../src/pipeline/prepared';
import { fileTypeByLabel, fileTypes } from '../src/quant/file-types';
import type { ExpectedLevel, ExpectedModel, ExpectedTable } from '../src/store/results/expected';
import { summarize } from '../src/studio/summary';
import { ModelText } from '../src/text/model-text';
import { interval95, shareInterval95, weightedMean } from '../src/util/statistics';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    chunks: { type: 'string', default: '16' },
    context: { type: 'string', default: '256' },
    levels: { type: 'string' },
    out: { type: 'string', default: 'src/store/results/expected-loss.json' },
  },
});
const [
  path = 'public/models/nibble-stories-F16.gguf',
  textPath = 'public/texts/stories-held-out.txt',
  calibrationPath = 'public/texts/stories-calibration.txt',
] = positionals;
const { out } = values;

const sandbox = nodeTextSandbox();
const model = await openModel(openPath(path), basename(path), {}, { sandbox });
const text = new ModelText(model.label, model.metadata, sandbox);
const { sourceTypes, parameters } = summarize(model, text);
const baseType = ['F32', 'BF16', 'F16'].find((type) => sourceTypes.includes(type));
if (!baseType)
  throw new Error(`${path} is quantized (${sourceTypes.join(', ')}): a loss is measured against floats.`);
// A file of F16 has its norms in F32.
const base =
  sourceTypes[0] === 'F32' ? 'F32' : (sourceTypes.find((t) => t === 'BF16' || t === 'F16') ?? baseType);

const gpu = await openNodeGpu();
await testNumerics(gpu);
const read = async (file: string) => textForEvaluation(model, readTextFile(file), text);
const { ids, bos } = await read(textPath);
const context = Math.min(Number(values.context), runnableOf(model).h.contextLength);
const options = { context, kvType: 'F32' as const, bos, chunks: Number(values.chunks) };
const name = model.label.replace(/\.gguf$/, '');
const digits = (v: number) => Number(v.toPrecision(4));

const table = (): ExpectedTable => JSON.parse(readFileSync(out, 'utf8'));
const isThis = (m: ExpectedModel) =>
  m.name === name && m.text === basename(textPath) && m.context === context && m.chunks === options.chunks;
/** Writes a level at once: another run, of another model, may write beside this one. */
function keep(type: string, level: ExpectedLevel, tokens: number): void {
  const { models } = table();
  const known = models.find(isThis);
  const now: ExpectedModel = {
    name,
    architecture: getString(model.metadata, 'general.architecture') ?? 'unknown',
    parameters,
    base,
    text: basename(textPath),
    calibration: basename(calibrationPath),
    command: `npm run bench:expected -- ${[path, textPath, calibrationPath].map((p) => basename(p)).join(' ')}`,
    context,
    chunks: options.chunks,
    tokens,
    adapter: gpu.adapterName,
    date: new Date().toISOString().slice(0, 10),
    levels: { ...known?.levels, [type]: level },
  };
  const others = models.filter((m) => m.name !== name);
  const all = [...others, now].sort((a, b) => (a.name < b.name ? -1 : 1));
  writeFileSync(out, `${JSON.stringify({ models: all }, null, 2)}\n`);
}

const plain = (type: string) => planQuantization(model, fileTypeByLabel(type)!);
const baseLevel = await prepareLevel(gpu, model, plain(base));
const calibration = await read(calibrationPath);
const collected = await collectImportance(
  gpu,
  baseLevel,
  calibration.ids.slice(0, 16 * context),
  basename(calibrationPath),
  {
    context,
    kvType: 'F32',
    bos,
  },
);
const importance = await readImatrix(memorySource('calibration', imatrixFile(collected)));
const rows = await BaseRows.create(gpu, baseLevel, ids, options);
baseLevel.dispose();

/** The plan of a level, with an importance matrix only where it needs one. */
function planOf(type: string): { plan: Plan; importance: boolean } {
  const plan = plain(type);
  if (plan.refusal === null) return { plan, importance: false };
  return { plan: planQuantization(model, fileTypeByLabel(type)!, { importance }), importance: true };
}

const wanted = values.levels?.split(',') ?? fileTypes.map((t) => t.label);
for (const type of wanted) {
  if (type === base || table().models.find(isThis)?.levels[type]) continue;
  const { plan, importance: needed } = planOf(type);
  // Rows too narrow for a format get another: such a file is not what its level is elsewhere.
  if (plan.refusal !== null || plan.fallbacks.length > 0) {
    process.stderr.write(`${name} ${type}: left out, ${plan.refusal ?? plan.fallbacks[0]}\n`);
    continue;
  }
  const started = performance.now();
  const level = await prepareLevel(gpu, model, plan);
  const preparedMs = performance.now() - started;
  const { kl, sameTop, batches, level: found } = await rows.compare(level);
  level.dispose();
  const interval = interval95(weightedMean(batches!.kl, batches!.tokens))!;
  const share = weightedMean(batches!.sameTop, batches!.tokens);
  const effective =
    share.standardError > 0 ? (share.mean * (1 - share.mean)) / share.standardError ** 2 : found.tokens;
  const same = shareInterval95(sameTop.share, Math.max(0.5, Math.min(found.tokens, effective)));
  keep(
    type,
    {
      kl: digits(Math.max(0, kl.mean)),
      klLow: digits(Math.max(0, interval.low)),
      klHigh: digits(interval.high),
      sameTop: digits(sameTop.share),
      sameTopLow: digits(same.low),
      sameTopHigh: digits(same.high),
      bitsPerWeight: digits(plan.bitsPerWeight),
      importance: needed,
    },
    found.tokens,
  );
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  process.stderr.write(
    `${name} ${type}: KL ${kl.mean.toPrecision(3)} ± ${(interval.high - kl.mean).toPrecision(2)}, ${seconds(preparedMs)} and ${seconds(performance.now() - started - preparedMs)}\n`,
  );
}
rows.dispose();
process.exit(0);
