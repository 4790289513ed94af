// Shared by the commands: opening a model and a device, preparing a level.
import { basename, resolve } from 'node:path';
import { openHub } from '../files/hub/hub';
import type { ModelFile } from '../files/model-file';
import type { Gpu } from '../gpu/gpu';
import { type Plan, planQuantization } from '../model/plan';
import { stagedRows } from '../model/blocks/matvec';
import { longRowsNote, quantizedShapes } from '../model/long-rows';
import { checkRunnable } from '../model/runnable';
import { FAST } from '../model/runtime';
import { kvTypes } from '../model/kv-cache';
import type { FileType } from '../quant/file-types';
import { Engine } from '../infer/engine';
import type { EngineOptions } from '../infer/model-runtime';
import { assertAllowed } from '../pipeline/export';
import { testNumerics } from '../device/numerics';
import { adaptersOf } from './adapters';
import { openModel } from '../pipeline/open';
import { type Prepared, prepareLevel } from '../pipeline/prepared';
import { numberOption, UsageError, type Values } from './arguments';
import { openPath, readTextFile } from '../node/files';
import { openNodeGpu } from '../node/gpu';
import { progress, say, status } from './output';
import { nodeTextSandbox } from '../node/text-sandbox';
import { ModelText } from '../text/model-text';
import { planOptions } from './plan-options';

/** Reads the file of -f (or another option). Throws UsageError, FileError. */
export function readText(values: Values, option: 'file' | 'check' = 'file'): string {
  const path = values[option];
  if (path === undefined) throw new UsageError('-f TEXTFILE is missing.');
  return readTextFile(path);
}

/** For chat templates and tokenizers; its thread starts at the first text. */
const sandbox = nodeTextSandbox();

/** The text of a model; throws FileError or UnsupportedError when it has no vocabulary that can be used. */
export const textOf = ({ label, metadata }: ModelFile): ModelText => new ModelText(label, metadata, sandbox);

export async function open(path: string | undefined, values: Values): Promise<ModelFile> {
  if (path === undefined) throw new UsageError('MODEL is missing.');
  const options = values.pre === undefined ? {} : { preTokenizer: values.pre };
  const remote = /^(hf:|https?:\/\/|hf\.co\/|huggingface\.co\/)/.test(path);
  const { files, label } = remote
    ? await openHub(path.replace(/^hf:/, ''), { token: process.env.HF_TOKEN })
    : { files: openPath(path), label: basename(resolve(path)) };
  const adapters = await adaptersOf(values);
  const model = await openModel(files, label, options, { sandbox, adapters });
  if (model.quantizedAs !== undefined) say(`quantized as: ${model.quantizedAs}`);
  for (const note of model.notes) say(`note: ${note}`);
  return model;
}

export async function openGpu(values: Values): Promise<Gpu> {
  const limit = values['max-binding'];
  const gpu = await openNodeGpu(limit === undefined ? {} : { maxBindingBytes: Number(limit) });
  const { division, denormals } = await testNumerics(gpu);
  say(`adapter: ${gpu.adapterName} (division ${division}, denormals ${denormals})`);
  return gpu;
}

/** Says what a plan does otherwise than a person may expect. */
export function sayPlan(plan: Plan): void {
  for (const line of plan.fallbacks) say(`fallback: ${line}`);
  for (const line of plan.notes) say(`note: ${line}`);
  if (plan.warning) say(`warning: ${plan.warning}`);
}

/** The plan of a level with the command's options; throws RefusedError when llama-quantize refuses it. */
export async function planOf(model: ModelFile, fileType: FileType, values: Values): Promise<Plan> {
  const plan = planQuantization(model, fileType, await planOptions(values));
  assertAllowed(plan);
  sayPlan(plan);
  return plan;
}

export async function quantizeOn(
  gpu: Gpu,
  model: ModelFile,
  fileType: FileType,
  values: Values,
): Promise<Prepared> {
  const prepared = await prepareLevel(gpu, model, await planOf(model, fileType, values), { progress });
  say(`quantized to ${fileType.label} in ${(prepared.elapsedMs / 1000).toFixed(2)} s`);
  return prepared;
}

/** Context length and KV cache type of the options, limited by the model's training context. */
export function engineOptions(model: ModelFile, values: Values): EngineOptions {
  const runnable = checkRunnable(model);
  const max = runnable.ok ? runnable.h.contextLength : 512;
  const kvType = kvTypes.find((type) => type === (values.kv?.toUpperCase() ?? 'F16'));
  if (!kvType) throw new UsageError(`--kv is "${values.kv}", expected one of ${kvTypes.join(', ')}.`);
  const context = Math.min(numberOption(values, 'ctx', Math.min(max, 4096)), max);
  return { context, kvType, reference: values.reference === true };
}

/** An engine, whose kernels are compiled before it runs: a status while they are, and a line when it took long. */
export async function createEngine(gpu: Gpu, prepared: Prepared, options: EngineOptions): Promise<Engine> {
  const before = gpu.compiled;
  const engine = await Engine.create(gpu, prepared, options, {
    progress: ({ done, total }) => status(`preparing kernels, ${done} of ${total}`),
  });
  const elapsedMs = gpu.compiled.elapsedMs - before.elapsedMs;
  if (elapsedMs > 500)
    say(`prepared ${gpu.compiled.kernels - before.kernels} kernels in ${(elapsedMs / 1000).toFixed(2)} s`);
  return engine;
}

export async function prepareOn(gpu: Gpu, model: ModelFile, fileType: FileType, values: Values) {
  const prepared = await quantizeOn(gpu, model, fileType, values);
  const options = engineOptions(model, values);
  const engine = await createEngine(gpu, prepared, options);
  const staged = stagedRows(gpu, options.reference ? 'float32' : FAST.decode);
  const note = longRowsNote(staged, quantizedShapes(prepared.plan));
  if (note) say(`note: ${note}`);
  return { engine, prepared };
}
