import type { BufferOwner } from '../gpu/memory';
import type { ModelFile } from '../files/model-file';
import type { Gpu } from '../gpu/gpu';
import type { KvType } from '../model/kv-cache';
import { factorsName, localRotationTable, rotationTable } from '../model/rope';
import { checkRunnable } from '../model/runnable';
import {
  CHUNK_TOKENS,
  contextFor,
  createRuntime,
  engineSlots,
  FAST,
  type ComputePaths,
  type Runtime,
  type RuntimeShape,
} from '../model/runtime';
import { readSmallTensor } from '../model/weights';
import { FileError, UnsupportedError } from '../util/errors';
import type { Prepared } from '../pipeline/prepared';

export interface EngineOptions {
  readonly context: number;
  readonly kvType: KvType;
  /** float32 throughout, for comparison; otherwise `paths` (src/model/runtime.ts: ComputePath). */
  readonly reference?: boolean;
  /** Fastest paths of the device, if measured (src/device/tune.ts). */
  readonly paths?: ComputePaths;
  /** Maximum number of prompt tokens per pass; CHUNK_TOKENS by default. */
  readonly chunk?: number;
}

const pathsOf = (options: EngineOptions): ComputePaths =>
  options.reference ? { decode: 'float32', prefill: 'float32' } : (options.paths ?? FAST);

/** The runnable part of a model. Throws UnsupportedError with the reason when there is none. */
export function runnableOf(model: ModelFile) {
  const runnable = checkRunnable(model);
  if (!runnable.ok) throw new UnsupportedError(runnable.reason);
  return runnable;
}

/** Dispatch parameter slots of a level. */
export function levelSlots({ tensors }: Pick<Prepared, 'tensors'>): number {
  let slabs = 0;
  for (const t of tensors.values()) slabs += t.slabs.length;
  return engineSlots(slabs, tensors.size);
}

export function runtimeShape(model: ModelFile, slots: number, options: EngineOptions): RuntimeShape {
  const { h, vocabulary, architecture } = runnableOf(model);
  const { kvType, chunk = CHUNK_TOKENS } = options;
  return {
    h,
    traits: architecture.traits,
    vocabulary,
    context: contextFor(h, architecture.traits, options.context),
    kvType,
    chunk,
    paths: pathsOf(options),
    slots,
  };
}

/** RoPE factors of a model at a context length, if it has any. Throws FileError for those without a meaning. */
async function factorsOf(model: ModelFile, { h, context }: RuntimeShape): Promise<Float32Array | undefined> {
  for (const name of factorsName(h, context)) {
    const factors = await readSmallTensor(model, name);
    const bad = factors?.findIndex((v) => !Number.isFinite(v) || v <= 0) ?? -1;
    if (bad >= 0)
      throw new FileError(
        `${model.label}: ${name} is ${factors![bad]} at index ${bad}, expected positive numbers.`,
        'The file is damaged. Convert it again.',
      );
    if (factors) return factors;
  }
  return undefined;
}

/** RoPE tables of a model at a context length. */
async function rotationsOf(model: ModelFile, shape: RuntimeShape) {
  const { h, traits, context } = shape;
  const factors = await factorsOf(model, shape);
  return () => ({
    all: rotationTable(h, context, factors),
    ...(traits.localRope && h.window > 0 ? { sliding: localRotationTable(h, context) } : {}),
  });
}

/** KV cache, activations and tables of a model. The caller releases the owner. */
export async function modelRuntime(
  gpu: Gpu,
  owner: BufferOwner,
  model: ModelFile,
  slots: number,
  options: EngineOptions,
): Promise<Runtime> {
  const shape = runtimeShape(model, slots, options);
  return createRuntime(gpu, owner, shape, await rotationsOf(model, shape));
}

/** The same for layers that run one at a time: all share the KV cache of one layer. */
export async function layerRuntime(
  gpu: Gpu,
  owner: BufferOwner,
  model: ModelFile,
  slots: number,
  options: EngineOptions,
): Promise<Runtime> {
  const shape = runtimeShape(model, slots, options);
  const rotations = await rotationsOf(model, shape);
  const one = await createRuntime(gpu, owner, { ...shape, h: { ...shape.h, layers: 1 } }, rotations);
  const all = (caches: readonly GPUBuffer[]) => Array.from({ length: shape.h.layers }, () => caches[0]!);
  return { ...one, h: shape.h, kCache: all(one.kCache), vCache: all(one.vCache) };
}
