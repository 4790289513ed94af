import type { Gpu } from '../gpu/gpu';
import type { UniformArena } from '../gpu/kernel';
import { alignUp, formatBytes } from '../util/bytes';
import { GpuError } from '../util/errors';
import type { Hyperparameters } from './hyperparameters';

export type KvType = 'F16' | 'F32';

/** Everything a model keeps on the device beside its weights. */
export interface Runtime {
  readonly owner: string;
  readonly h: Hyperparameters;
  readonly vocabulary: number;
  readonly context: number;
  /** Most tokens in one pass. */
  readonly chunk: number;
  readonly kvType: KvType;
  readonly arena: UniformArena;
  /** [position of the first token of the batch, tokens in the batch, newest sampled id]. */
  readonly state: GPUBuffer;
  readonly tokens: GPUBuffer;
  readonly sampling: GPUBuffer;
  readonly rotation: GPUBuffer;
  readonly x: GPUBuffer;
  readonly normed: GPUBuffer;
  readonly q: GPUBuffer;
  readonly k: GPUBuffer;
  readonly v: GPUBuffer;
  readonly attended: GPUBuffer;
  readonly gate: GPUBuffer;
  readonly up: GPUBuffer;
  readonly logits: GPUBuffer;
  readonly kCache: readonly GPUBuffer[];
  readonly vCache: readonly GPUBuffer[];
}

export interface RuntimeShape {
  readonly h: Hyperparameters;
  readonly vocabulary: number;
  readonly context: number;
  readonly kvType: KvType;
  /** Dispatch parameter slots. */
  readonly slots: number;
}

export const CHUNK_TOKENS = 128;

/** Buffer sizes in bytes, by name: what createRuntime allocates and what the plan prints. */
export function runtimeSizes(s: RuntimeShape): Record<string, number> {
  const { h } = s;
  const rows = CHUNK_TOKENS * 4;
  const kv = s.context * h.kvHeads * h.headDim * (s.kvType === 'F16' ? 2 : 4);
  return {
    params: s.slots * 256,
    state: 16,
    tokens: CHUNK_TOKENS * 4,
    sampling: 32,
    rotation: s.context * h.rotaryDim * 4,
    x: rows * h.width,
    normed: rows * Math.max(h.width, h.heads * h.headDim),
    q: rows * h.heads * h.headDim,
    k: rows * h.kvHeads * h.headDim,
    v: rows * h.kvHeads * h.headDim,
    attended: rows * h.heads * h.headDim,
    gate: rows * h.ffnWidth,
    up: rows * h.ffnWidth,
    logits: s.vocabulary * 4,
    ...Object.fromEntries(
      Array.from({ length: h.layers }, (_, i) => [
        [`k cache ${i}`, kv],
        [`v cache ${i}`, kv],
      ]).flat(),
    ),
  };
}

/** GPU bytes of a runtime. */
export const runtimeBytes = (s: RuntimeShape): number =>
  Object.values(runtimeSizes(s)).reduce((sum, n) => sum + alignUp(Math.max(n, 16), 16), 0);

export async function createRuntime(
  gpu: Gpu,
  owner: string,
  s: RuntimeShape,
  rotation: () => Float32Array<ArrayBuffer>,
): Promise<Runtime> {
  const sizes = runtimeSizes(s);
  const limit = gpu.device.limits.maxStorageBufferBindingSize;
  const large = Object.entries(sizes).find(([, bytes]) => bytes > limit);
  if (large)
    throw new GpuError(
      `At a context of ${s.context} tokens the ${large[0]} takes ${formatBytes(large[1])}; this device binds at most ${formatBytes(limit)}.`,
      'Choose a shorter context.',
    );
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const make = (name: string) => gpu.memory.create(owner, name, sizes[name]!, usage);
  const layers = Array.from({ length: s.h.layers }, (_, i) => i);
  const caches = async (name: string) => {
    const out: GPUBuffer[] = [];
    for (const i of layers) out.push(await make(`${name} cache ${i}`));
    return out;
  };
  const runtime: Runtime = {
    owner,
    h: s.h,
    vocabulary: s.vocabulary,
    context: s.context,
    chunk: CHUNK_TOKENS,
    kvType: s.kvType,
    arena: await gpu.arena(owner, s.slots),
    state: await make('state'),
    tokens: await make('tokens'),
    sampling: await make('sampling'),
    rotation: await make('rotation'),
    x: await make('x'),
    normed: await make('normed'),
    q: await make('q'),
    k: await make('k'),
    v: await make('v'),
    attended: await make('attended'),
    gate: await make('gate'),
    up: await make('up'),
    logits: await make('logits'),
    kCache: await caches('k'),
    vCache: await caches('v'),
  };
  gpu.device.queue.writeBuffer(runtime.rotation, 0, rotation());
  return runtime;
}
