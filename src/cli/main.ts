import { elementCount } from '../files/ggml-types';
import { getString } from '../files/gguf/metadata';
import { checkRunnable } from '../model/runnable';
import { benchmark, DEFAULT_BENCHMARK } from '../infer/benchmark';
import { generate } from '../infer/generate';
import { generateOptions } from './generate-options';
import { piecePrinter } from './print-piece';
import type { ModelText } from '../text/model-text';
import { formatBytes } from '../util/bytes';
import { NibbleError } from '../util/errors';
import { numberOption, parseCommand, typeOption, USAGE, UsageError, type Values } from './arguments';
import { open, openGpu, prepareOn, textOf } from './common';
import { convert } from './convert';
import { answer, answerJson, print, say } from './output';
import { runImatrix } from './imatrix';
import { runPerplexity } from './perplexity';
import { quantize } from './quantize';
import { runSearch } from './search';

async function inspect(path: string | undefined, values: Values): Promise<void> {
  const model = await open(path, values);
  const parameters = model.tensors.reduce((n, t) => n + elementCount(t.shape)!, 0);
  const runnable = checkRunnable(model);
  const facts = {
    label: model.label,
    container: model.container,
    architecture: getString(model.metadata, 'general.architecture') ?? null,
    parameters,
    sizeBytes: model.sizeBytes,
    runnable: runnable.ok || runnable.reason,
    context: runnable.ok ? runnable.h.contextLength : null,
    notes: model.notes,
    tensors: model.tensors.map((t) => ({
      name: t.name,
      shape: t.shape,
      type: t.type.label,
      sizeBytes: t.sizeBytes,
    })),
  };
  if (values.json) return answerJson(facts);
  answer(
    `${facts.label}: ${facts.architecture}, ${parameters} parameters, ${formatBytes(facts.sizeBytes)}, context ${facts.context}`,
  );
  if (typeof facts.runnable === 'string') answer(facts.runnable);
  for (const t of facts.tensors) answer(`${t.type.padEnd(5)} ${String(t.shape).padEnd(16)} ${t.name}`);
}

interface Prompt {
  readonly ids: readonly number[];
  /** The rendered conversation; undefined for a text to continue. */
  readonly conversation?: string;
}

async function promptOf(text: ModelText | undefined, values: Values): Promise<Prompt> {
  const given = values['prompt-ids'];
  if (given !== undefined) {
    const ids = given.split(',').map(Number);
    if (!ids.every((id) => Number.isSafeInteger(id) && id >= 0))
      throw new UsageError(`--prompt-ids is "${given}", expected numbers with commas.`);
    return { ids };
  }
  if (!text) throw new NibbleError('Without a tokenizer only --prompt-ids can be used.');
  if (values.chat !== undefined) {
    const chat = await text.chat([{ role: 'user', content: values.chat }]);
    return { ids: chat.ids, conversation: chat.text };
  }
  if (values.prompt === undefined) throw new UsageError('--prompt, --chat or --prompt-ids is missing.');
  return { ids: await text.encode(values.prompt, { addBos: true, control: values.special === true }) };
}

async function runGenerate(path: string | undefined, values: Values): Promise<void> {
  const options = generateOptions(values);
  const model = await open(path, values);
  const fileType = typeOption(values.type);
  let text: ModelText | undefined;
  try {
    text = textOf(model);
  } catch (error) {
    if (values['prompt-ids'] === undefined) throw error;
  }
  const { ids, conversation } = await promptOf(text, values);
  const gpu = await openGpu(values);
  const { engine, prepared } = await prepareOn(gpu, model, fileType, values);
  // --prompt-ids is for measurements: only the token count ends generation.
  const stops = values['prompt-ids'] === undefined ? (text?.tokens.stops ?? []) : [];
  const request = { ...options, ids, stops, conversation };
  const stream = !values.json;
  const printer = piecePrinter(values.marks === true);
  const result = await generate(engine, text?.tokens, request, {
    progress: (piece) => {
      if (stream) printer(piece);
    },
  });
  if (stream) return answer('');
  answerJson({
    promptIds: ids,
    ids: result.ids,
    text: result.text,
    answer: result.answer,
    thoughts: result.thoughts,
    parts: result.parts,
    stopped: result.stopped,
    ...(result.stopString === undefined ? {} : { stopString: result.stopString }),
    ...(options.topLogprobs ? { ranked: result.ranked } : {}),
    adapter: gpu.adapterName,
    timeToFirstTokenMs: result.timeToFirstTokenMs,
    promptTokensPerSecond: result.promptTokensPerSecond,
    tokensPerSecond: result.tokensPerSecond,
    memory: {
      fileBytes: prepared.plan.fileBytes,
      weightBytes: prepared.weightBytes,
      runtimeBytes: engine.runtimeBytes,
      peakBytes: gpu.memory.peakBytes,
    },
  });
}

async function bench(path: string | undefined, values: Values): Promise<void> {
  const model = await open(path, values);
  const types = (values.types ?? '').split(',').map((t) => typeOption(t.trim()));
  const gpu = await openGpu(values);
  const rows = [];
  for (const fileType of types) {
    gpu.memory.resetPeak();
    const { engine, prepared } = await prepareOn(gpu, model, fileType, values);
    const runnable = checkRunnable(model);
    const vocabulary = runnable.ok ? runnable.vocabulary : 1;
    const runs = numberOption(values, 'runs', DEFAULT_BENCHMARK.runs);
    const speed = await benchmark(engine, vocabulary, { ...DEFAULT_BENCHMARK, runs });
    rows.push({
      type: fileType.label,
      fileBytes: prepared.plan.fileBytes,
      residentBytes: prepared.weightBytes + engine.runtimeBytes,
      peakBytes: gpu.memory.peakBytes,
      ...speed,
    });
    engine.dispose();
    prepared.dispose();
  }
  if (values.json) return answerJson({ adapter: gpu.adapterName, rows });
  answer(
    '| type | file | resident | peak | prompt t/s (min-max) | generation t/s (min-max) |',
    '|---|---|---|---|---|---|',
  );
  for (const r of rows) {
    const speed = (s: typeof r.tokensPerSecond) =>
      `${s.median.toFixed(1)} (${s.min.toFixed(1)}-${s.max.toFixed(1)})`;
    answer(
      `| ${r.type} | ${formatBytes(r.fileBytes)} | ${formatBytes(r.residentBytes)} | ${formatBytes(r.peakBytes)} | ${speed(r.promptTokensPerSecond)} | ${speed(r.tokensPerSecond)} |`,
    );
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseCommand(process.argv.slice(2));
  const [command, model, ...rest] = positionals;
  if (values.help) return print(USAGE);
  if (command === 'inspect') return inspect(model, values);
  if (command === 'convert') return convert(model, rest[0], values);
  if (command === 'quantize') return quantize(model, rest[0], rest[1], values);
  if (command === 'generate') return runGenerate(model, values);
  if (command === 'bench') return bench(model, values);
  if (command === 'perplexity') return runPerplexity(model, values);
  if (command === 'search') return runSearch(model, values);
  if (command === 'imatrix') return runImatrix(model, rest[0], values);
  throw new UsageError(command ? `"${command}" is no command.` : 'A command is missing.');
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    const hint = error instanceof NibbleError && error.hint ? ` ${error.hint}` : '';
    say(`nibble: ${error instanceof Error ? error.message : String(error)}${hint}`);
    if (error instanceof UsageError) print(USAGE, process.stderr);
    process.exit(error instanceof UsageError ? 2 : 1);
  },
);
