import type { Gpu } from '../gpu/gpu';
import { allocateTensors, type DeviceTensor } from '../model/device-tensor';
import { CodebookBuffers } from '../model/codebook-buffers';
import { CHUNK_TOKENS, FAST, type ComputePath, type ComputePaths } from '../model/runtime';
import { formatBytesFor } from '../quant/format';
import { formatByLabel } from '../quant/registry';
import { MIB } from '../util/bytes';
import { noise } from '../util/random';
import { checkPaths, isRight, type PathErrors } from './check-paths';
import { medianRound } from './probe';
import { pathsOf, prefillProduct, decodeProduct, productRows } from './product';

/** Increment it when kernels change so much that stored tunings are out of date. */
export const TUNING_VERSION = 5;
const TOKENS = 128;
/**
 * Beside the usual 128. 64 is not among them: on an H200 it won by 8 % on a small product, and cost whole models 29 %
 * (docs/benchmarks.md), because every workgroup rounds the activations again.
 */
const THREADS = [256];
/** A choice must be faster by this factor to replace the default. */
const MARGIN = 1.05;

/** The fastest accurate compute paths of a device, and the measurements. */
export interface Tuning {
  readonly version: number;
  /** Weights of the measured product. */
  readonly weights: number;
  readonly paths: ComputePaths;
  /** Threads per workgroup of decode products. */
  readonly threads: number;
  readonly errors: PathErrors;
  /** Milliseconds of a Q4_0 product for one token and for 128. Paths that were not measured are absent. */
  readonly decodeMs: Partial<Record<ComputePath, number>>;
  readonly prefillMs: Partial<Record<ComputePath, number>>;
  /** Milliseconds of the decode product on the chosen path, by threads. */
  readonly threadsMs: Partial<Record<number, number>>;
  readonly elapsedMs: number;
}

export interface TuneOptions {
  readonly maxMs?: number;
  /** Rows and columns of the measured matrix. */
  readonly size?: number;
  /** Bytes of weights to cycle through, so that they do not stay in a cache. */
  readonly coldBytes?: number;
}

/** The fastest choice if it beats the default by MARGIN, else the default. */
function fastest<T>(measured: readonly (readonly [T, number])[], usual: T): T {
  const own = measured.find(([choice]) => choice === usual)?.[1];
  if (own === undefined) return usual;
  const [best, ms] = measured.reduce((a, b) => (b[1] < a[1] ? b : a));
  return ms * MARGIN < own ? best : usual;
}
const entries = <T extends string>(measured: Partial<Record<T, number>>) =>
  Object.entries(measured) as [T, number][];

/** Measurements of a device. */
type Measured = Pick<Tuning, 'weights' | 'paths' | 'threads' | 'decodeMs' | 'prefillMs' | 'threadsMs'>;

/**
 * Checks the compute paths and measures the accurate ones with uncached weights, for at most `maxMs` (plus a
 * compilation in progress). What does not fit keeps its default.
 */
export async function tunePaths(gpu: Gpu, options: TuneOptions = {}): Promise<Tuning> {
  const started = performance.now();
  const errors = await checkPaths(gpu);
  const right = pathsOf(gpu, (count, path) => isRight(errors, count, path));
  const measured = await measurePaths(gpu, right, options, started);
  return { version: TUNING_VERSION, errors, ...measured, elapsedMs: performance.now() - started };
}

/** Measures paths until `maxMs` after `started`. */
export async function measurePaths(
  gpu: Gpu,
  right: Readonly<Record<keyof ComputePaths, readonly ComputePath[]>>,
  options: TuneOptions = {},
  started = performance.now(),
): Promise<Measured> {
  const { maxMs = 1500, size = 2048, coldBytes = 96 * MIB } = options;
  const isTime = () => performance.now() - started < maxMs;
  const format = formatByLabel('Q4_0');
  const usual = gpu.productThreads;
  const decodeMs: Tuning['decodeMs'] = {};
  const prefillMs: Tuning['prefillMs'] = {};
  const threadsMs: Tuning['threadsMs'] = {};
  const owner = gpu.memory.owner('tuning');
  try {
    const rows = await productRows(gpu, owner, TOKENS, size, size);
    const values = noise(TOKENS * size, 1);
    const { queue } = gpu.device;
    queue.writeBuffer(rows.x, 0, values);
    const copies = Math.ceil(coldBytes / formatBytesFor(format, size * size));
    const codebooks = new CodebookBuffers(gpu, owner);
    const tensors: DeviceTensor[] = [];
    for (let i = 0; i < copies; i++) {
      const shape = [{ name: `w${i}`, shape: [size, size] }];
      const [tensor] = (await allocateTensors(gpu, owner, format, shape, codebooks)) as [DeviceTensor];
      // Zeros may be compressed and read faster.
      for (const { buffer } of tensor.slabs)
        for (let at = 0; at < buffer.size; at += values.byteLength)
          queue.writeBuffer(buffer, at, values, 0, Math.min(values.byteLength, buffer.size - at) / 4);
      tensors.push(tensor);
    }
    const arena = await gpu.arena(owner, 8 * copies + 8);
    const measureDecode = (path: ComputePath) => {
      const all = tensors.flatMap((tensor) => decodeProduct(gpu, arena, path, tensor, rows));
      return medianRound(gpu, all, 20, 3).then((ms) => ms / copies);
    };
    for (const path of right.decode) if (isTime()) decodeMs[path] = await measureDecode(path);
    for (const path of right.prefill)
      if (isTime())
        prefillMs[path] = await medianRound(gpu, prefillProduct(gpu, arena, path, tensors[0]!, rows), 20, 3);
    const choose = (count: keyof ComputePaths, measured: Partial<Record<ComputePath, number>>) =>
      fastest(entries(measured), right[count].includes(FAST[count]) ? FAST[count] : 'float32');
    const paths = { decode: choose('decode', decodeMs), prefill: choose('prefill', prefillMs) };
    if (gpu.hasManySubgroups && decodeMs[paths.decode] !== undefined) {
      threadsMs[usual] = decodeMs[paths.decode]!;
      for (const threads of THREADS)
        if (threads !== usual && threads >= gpu.subgroup.count && isTime()) {
          arena.reset();
          gpu.productThreads = threads;
          threadsMs[threads] = await measureDecode(paths.decode);
        }
    }
    gpu.check();
    const threads = fastest(
      entries(threadsMs).map(([n, ms]) => [Number(n), ms] as const),
      usual,
    );
    return { weights: size * size, paths, threads, decodeMs, prefillMs, threadsMs };
  } finally {
    gpu.productThreads = usual;
    owner.dispose();
  }
}

/** Target time of a prefill pass: generation can stop after each, and no driver watchdog triggers. */
const PASS_MS = 500;

/** Tokens per prefill pass for a model of `weights` weights, from the measurements. */
export function chunkOf(tuning: Tuning | null, weights: number): number {
  const ms = tuning?.prefillMs[tuning.paths.prefill];
  if (!tuning || ms === undefined) return CHUNK_TOKENS;
  const perToken = (ms / TOKENS) * (weights / tuning.weights);
  return Math.max(32, Math.min(512, 2 ** Math.floor(Math.log2(PASS_MS / perToken))));
}

/**
 * Tokens that an engine keeps room for: its passes grow by their own times, which a small product says less of than they do.
 * Without a tuning, as many as by default.
 */
export const roomOf = (tuning: Tuning | null, weights: number): number =>
  tuning ? Math.min(512, 4 * chunkOf(tuning, weights)) : CHUNK_TOKENS;

/** Stores tunings between visits. */
export interface TuningStore {
  /** The tuning of a device, as it was saved; undefined when there is none. */
  load(key: string): Promise<Tuning | undefined>;
  /** Keeps a tuning. The key names adapter and subgroups. */
  save(key: string, tuning: Tuning): Promise<void>;
}

/** Loads or measures the tuning of a device and applies its threads. Null on CPU adapters or without a store. */
export async function tuningOf(gpu: Gpu, store: TuningStore | undefined): Promise<Tuning | null> {
  if (!store || gpu.onCpu) return null;
  const units = gpu.matrixShader ? ', with matrix units' : '';
  const key = `${gpu.adapterName}, ${gpu.subgroup.kind} of ${gpu.subgroup.count}${units}`;
  let tuning = await store.load(key);
  if (tuning?.version !== TUNING_VERSION) {
    tuning = await tunePaths(gpu);
    await store.save(key, tuning);
  }
  gpu.productThreads = tuning.threads;
  return tuning;
}
