import type { BufferOwner } from '../gpu/memory';
import type { Gpu } from '../gpu/gpu';
import type { UniformArena } from '../gpu/kernel';
import { LIKELIEST_WORDS } from '../ops/likeliest-words';
import { alignUp, formatBytes } from '../util/bytes';
import { GpuError, NibbleError } from '../util/errors';
import type { DecoderTraits } from './arch/architecture';
import type { Hyperparameters } from './hyperparameters';
import { kvLayout, type KvType, maxKvSplits } from './kv-cache';

/**
 * Compute path of products: activations rounded to int8 for integer dot products; float16 on devices with shader-f16;
 * `matrix` for float16 prefill products on matrix units; or float32 throughout.
 */
export type ComputePath = 'int8' | 'matrix' | 'float16' | 'float32';
/** Bytes of a rounded activation in memory; 0 for paths whose products read float32. */
export const ROUNDED_BYTES: Record<ComputePath, number> = { int8: 1, matrix: 2, float16: 0, float32: 0 };
/** The paths of an engine: products of one token in decode, of many in prefill. */
export interface ComputePaths {
  readonly decode: ComputePath;
  readonly prefill: ComputePath;
}
/** Default paths without tuning. */
export const FAST: ComputePaths = { decode: 'int8', prefill: 'int8' };

/** Everything that a model keeps on the device besides its weights. */
export interface Runtime {
  readonly owner: BufferOwner;
  readonly h: Hyperparameters;
  readonly traits: DecoderTraits;
  readonly vocabulary: number;
  readonly context: number;
  /** Maximum tokens per pass. */
  readonly chunk: number;
  readonly kvType: KvType;
  readonly paths: ComputePaths;
  readonly arena: UniformArena;
  /** [position of the batch's first token, tokens in the batch, newest sampled id, its position]. */
  readonly state: GPUBuffer;
  readonly tokens: GPUBuffer;
  readonly sampling: GPUBuffer;
  /** Ids by position: those of prompts, and those that were sampled. */
  readonly history: GPUBuffer;
  readonly rotation: GPUBuffer;
  /** RoPE table of sliding window layers with their own base. */
  readonly localRotation: GPUBuffer;
  readonly x: GPUBuffer;
  readonly normed: GPUBuffer;
  /** Rounded activations: int8 codes, or float16. */
  readonly codes: GPUBuffer;
  readonly activationScales: GPUBuffer;
  /** Rows of queries, keys and values. */
  readonly qkv: GPUBuffer;
  readonly attended: GPUBuffer;
  /** Partial results of the KV splits: heads x splits x (headDim + 4). */
  readonly parts: GPUBuffer;
  /** Output of attention or feed-forward, before a post-norm. */
  readonly branch: GPUBuffer;
  /** Rows of gate and up projections; with experts a row per (token, expert) pair, later the expert outputs. */
  readonly gateUp: GPUBuffer;
  readonly hidden: GPUBuffer;
  readonly routerLogits: GPUBuffer;
  /** Experts of each token and their routing weights: tokens x expertsUsed. */
  readonly chosen: GPUBuffer;
  readonly routingWeights: GPUBuffer;
  /** (token, expert) pairs by expert, from ops/sort-pairs. */
  readonly sortedPairs: GPUBuffer;
  readonly logits: GPUBuffer;
  /** Classes of tokens, from ops/survey. */
  readonly classes: GPUBuffer;
  /** Classes by the logits without penalties, for probabilities. */
  readonly scoredClasses: GPUBuffer;
  /** Occurrences of each token in the window of the penalties; zero between steps. */
  readonly counts: GPUBuffer;
  /** Logits with penalties. */
  readonly penalized: GPUBuffer;
  /** Scores of the newest tokens, from ops/likeliest: a slot is the position modulo SCORE_SLOTS. */
  readonly scores: GPUBuffer;
  readonly kCache: readonly GPUBuffer[];
  readonly vCache: readonly GPUBuffer[];
}

export interface RuntimeShape {
  readonly h: Hyperparameters;
  readonly traits: DecoderTraits;
  readonly vocabulary: number;
  readonly context: number;
  readonly kvType: KvType;
  /** Maximum tokens per pass. */
  readonly chunk: number;
  readonly paths: ComputePaths;
  /** Uniform slots, one per dispatch. */
  readonly slots: number;
}

/** Uniform slots of an engine whose `tensors` are cut into `slabs`. */
export const engineSlots = (slabs: number, tensors: number): number => 2 * (slabs + 8 * tensors + 24);

/** Maximum tokens per pass without tuning. */
export const CHUNK_TOKENS = 128;

/**
 * Positions of an engine for a context that was asked for: learned positions end with the model's own. Throws
 * NibbleError for a context that is no number of tokens.
 */
export function contextFor(h: Hyperparameters, traits: DecoderTraits, asked: number): number {
  if (!Number.isInteger(asked) || asked < 1 || asked > MAX_POSITIONS)
    throw new NibbleError(
      `A context of ${asked} tokens: expected a whole number from 1 to ${MAX_POSITIONS}.`,
      `This model was trained on ${h.contextLength}.`,
    );
  return traits.rope === 'none' ? Math.min(asked, h.contextLength) : asked;
}
const MAX_POSITIONS = 2 ** 31 - 1;

/** Number of token classes of the sampler: about 128 tokens per class, at most MAX_CLASSES of ops/sample. */
export const sampleClasses = (vocabulary: number): number =>
  Math.min(1024, Math.max(64, 2 ** Math.ceil(Math.log2(vocabulary / 128))));

/** Positions whose scores are kept: as many as a submit samples. */
export const SCORE_SLOTS = 8;
export const SCORE_BYTES = 4 * LIKELIEST_WORDS * SCORE_SLOTS;

/** Buffer sizes in bytes by name, for allocation and for display. */
export function runtimeSizes(s: RuntimeShape): Record<string, number> {
  const { h, traits } = s;
  const rows = s.chunk * 4;
  const kv = kvLayout(s.kvType, h, s.context);
  const used = Math.max(1, h.expertsUsed);
  const widest = Math.max(h.width, used * h.ffnWidth, h.heads * h.headDim);
  const rounded = ROUNDED_BYTES[s.paths.prefill];
  const expertRows = rows * used;
  // The expert outputs reuse the buffer of their gate and up projections.
  const outputWidth = h.experts > 0 ? h.width : 0;
  const rotates = traits.rope !== 'none';
  return {
    params: s.slots * 256,
    state: 16,
    tokens: s.chunk * 4,
    sampling: 48,
    // One more, because the token after a full context is also sampled.
    history: (s.context + 1) * 4,
    rotation: rotates ? s.context * h.rotaryDim * 4 : 0,
    'local rotation': traits.localRope && h.window > 0 ? s.context * h.rotaryDim * 4 : 0,
    x: rows * h.width,
    normed: rows * h.width,
    'activation codes': s.chunk * widest * rounded,
    'activation steps': rounded ? (s.chunk * widest) / 4 : 0,
    qkv: rows * (h.heads + 2 * h.kvHeads) * h.headDim,
    attended: rows * h.heads * h.headDim,
    'attention parts': h.heads * maxKvSplits(s.context) * (h.headDim + 4) * 4,
    branch: traits.norms === 'before' ? 0 : rows * h.width,
    'gate and up': traits.feedForward === 'gated' ? expertRows * Math.max(2 * h.ffnWidth, outputWidth) : 0,
    hidden: expertRows * h.ffnWidth,
    'router logits': rows * h.experts,
    'chosen experts': h.experts > 0 ? expertRows : 0,
    'routing weights': h.experts > 0 ? expertRows : 0,
    'sorted pairs': h.experts > 0 ? expertRows + (h.experts + 1) * 4 : 0,
    logits: s.vocabulary * 4,
    'classes of logits': sampleClasses(s.vocabulary) * 16,
    'scored classes': sampleClasses(s.vocabulary) * 16,
    'counts of tokens': s.vocabulary * 4,
    'penalized logits': s.vocabulary * 4,
    scores: SCORE_BYTES,
    ...Object.fromEntries(
      Array.from({ length: h.layers }, (_, i) => [
        [`k cache ${i}`, kv.keyBytes],
        [`v cache ${i}`, kv.valueBytes],
      ]).flat(),
    ),
  };
}

/** GPU bytes of a runtime. */
export const runtimeBytes = (s: RuntimeShape): number =>
  Object.values(runtimeSizes(s)).reduce((sum, n) => sum + alignUp(Math.max(n, 16), 16), 0);

/** Bytes of the KV cache, which are part of a runtime's. */
export function cacheBytes({ h, kvType, context }: RuntimeShape): number {
  const { keyBytes, valueBytes } = kvLayout(kvType, h, context);
  return h.layers * (keyBytes + valueBytes);
}

/** The longest context whose buffers a device binds, in steps of 256 tokens. */
function contextHint(s: RuntimeShape, limit: number): string {
  const fits = (steps: number) =>
    Object.values(runtimeSizes({ ...s, context: 256 * steps })).every((bytes) => bytes <= limit);
  let [least, most] = [0, Math.floor(s.context / 256)];
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if (fits(middle)) least = middle;
    else most = middle - 1;
  }
  return least > 0
    ? `Choose a context of at most ${256 * least} tokens.`
    : 'No context fits: the model is too wide for this device.';
}

/** RoPE tables of all layers, and of sliding window layers with their own base. */
export interface RotationTables {
  readonly all: Float32Array<ArrayBuffer>;
  readonly sliding?: Float32Array<ArrayBuffer>;
}

/** Allocates a runtime under `owner`. Throws GpuError if a buffer exceeds the binding limit. */
export async function createRuntime(
  gpu: Gpu,
  owner: BufferOwner,
  s: RuntimeShape,
  rotation: () => RotationTables,
): Promise<Runtime> {
  const sizes = runtimeSizes(s);
  const limit = gpu.device.limits.maxStorageBufferBindingSize;
  const large = Object.entries(sizes).find(([, bytes]) => bytes > limit);
  if (large)
    throw new GpuError(
      `At a context of ${s.context} tokens the ${large[0]} takes ${formatBytes(large[1])}; this device binds at most ${formatBytes(limit)}.`,
      contextHint(s, limit),
    );
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const make = (name: string) => owner.create(name, Math.max(sizes[name]!, 16), usage);
  const layers = Array.from({ length: s.h.layers }, (_, i) => i);
  const caches = async (name: string) => {
    const out: GPUBuffer[] = [];
    for (const i of layers) out.push(await make(`${name} cache ${i}`));
    return out;
  };
  const runtime: Runtime = {
    owner,
    h: s.h,
    traits: s.traits,
    vocabulary: s.vocabulary,
    context: s.context,
    chunk: s.chunk,
    kvType: s.kvType,
    paths: s.paths,
    arena: await gpu.arena(owner, s.slots),
    state: await make('state'),
    tokens: await make('tokens'),
    sampling: await make('sampling'),
    history: await make('history'),
    rotation: await make('rotation'),
    localRotation: await make('local rotation'),
    x: await make('x'),
    normed: await make('normed'),
    codes: await make('activation codes'),
    activationScales: await make('activation steps'),
    qkv: await make('qkv'),
    attended: await make('attended'),
    parts: await make('attention parts'),
    branch: await make('branch'),
    gateUp: await make('gate and up'),
    hidden: await make('hidden'),
    routerLogits: await make('router logits'),
    chosen: await make('chosen experts'),
    routingWeights: await make('routing weights'),
    sortedPairs: await make('sorted pairs'),
    logits: await make('logits'),
    classes: await make('classes of logits'),
    scoredClasses: await make('scored classes'),
    counts: await make('counts of tokens'),
    penalized: await make('penalized logits'),
    scores: await make('scores'),
    kCache: await caches('k'),
    vCache: await caches('v'),
  };
  const tables = rotation();
  if (sizes.rotation! > 0) gpu.device.queue.writeBuffer(runtime.rotation, 0, tables.all);
  if (tables.sliding) gpu.device.queue.writeBuffer(runtime.localRotation, 0, tables.sliding);
  return runtime;
}
