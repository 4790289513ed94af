import type { Gpu } from '../gpu/gpu';
import type { Dispatch } from '../gpu/kernel';
import { manyPathOf, matmulDispatch, roundDispatch } from '../model/blocks/matmul';
import { matvecDispatch, pathOf } from '../model/blocks/matvec';
import { allocateTensors } from '../model/device-tensor';
import { LatticeBuffers } from '../model/lattice-buffers';
import { FAST, type Path, type Paths, ROUNDED_BYTES } from '../model/runtime';
import { formatBytesFor } from '../quant/format';
import { formatByLabel } from '../quant/registry';
import { MIB } from '../util/bytes';
import { noise } from '../util/random';
import { medianRound } from './probe';

const OWNER = 'tuning';
/** Counts up when kernels change so that what was measured says nothing of them. */
export const TUNING_VERSION = 2;
const TOKENS = 128;
/** A path must win by so much to take the place of the usual one. */
const MARGIN = 1.05;

/** Which paths are fastest on a device, and what was measured. */
export interface Tuning {
  readonly version: number;
  readonly paths: Paths;
  /** Milliseconds of a product of `size` x `size` weights of Q4_0, for one token and for 128; paths not measured are absent. */
  readonly oneMs: Partial<Record<Path, number>>;
  readonly manyMs: Partial<Record<Path, number>>;
  readonly elapsedMs: number;
}

export interface TuneOptions {
  readonly mostMs?: number;
  /** Rows and columns of the product. */
  readonly size?: number;
  /** Weights are taken from so much memory in turn, so that no cache holds them. */
  readonly coldBytes?: number;
}

/** Paths that the device has for many tokens. */
export const pathsForMany = (gpu: Gpu): Path[] =>
  (['int8', 'matrix', 'float16', 'float32'] as const).filter(
    (path) => manyPathOf(gpu, path, { format: formatByLabel('Q4_0'), cols: 32 }) === path,
  );

const fastest = (measured: Partial<Record<Path, number>>, usual: Path): Path => {
  const own = measured[usual];
  if (own === undefined) return usual;
  const [best, ms] = Object.entries(measured).reduce((a, b) => (b[1] < a[1] ? b : a)) as [Path, number];
  return ms * MARGIN < own ? best : usual;
};

/**
 * Measures the paths of products with weights from memory, for at most a second and a half (a kernel that is being
 * compiled is waited for); what there is no time for stays as it is.
 */
export async function tunePaths(gpu: Gpu, options: TuneOptions = {}): Promise<Tuning> {
  const { mostMs = 1500, size = 2048, coldBytes = 96 * MIB } = options;
  const started = performance.now();
  const isTime = () => performance.now() - started < mostMs;
  const format = formatByLabel('Q4_0');
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
  const oneMs: Tuning['oneMs'] = {};
  const manyMs: Tuning['manyMs'] = {};
  try {
    const create = async (name: string, bytes: number) => gpu.memory.create(OWNER, name, bytes, usage);
    const x = await create('activations', TOKENS * size * 4);
    const y = await create('products', TOKENS * size * 4);
    const codes = await create('codes', 2 * TOKENS * size);
    const heads = await create('steps', (TOKENS * size) / 4);
    const state = await create('state', 16);
    const { queue } = gpu.device;
    queue.writeBuffer(state, 0, Uint32Array.of(0, TOKENS, 0, 0));
    const values = noise(TOKENS * size, 1);
    queue.writeBuffer(x, 0, values);
    const copies = Math.ceil(coldBytes / formatBytesFor(format, size * size));
    const lattices = new LatticeBuffers(gpu, OWNER);
    const tensors = [];
    for (let i = 0; i < copies; i++) {
      const [tensor] = await allocateTensors(
        gpu,
        OWNER,
        format,
        [{ name: `w${i}`, shape: [size, size] }],
        lattices,
      );
      // Memory of zeros may be read faster than memory is.
      for (const { buffer } of tensor!.slabs)
        for (let at = 0; at < buffer.size; at += values.byteLength)
          queue.writeBuffer(buffer, at, values, 0, Math.min(values.byteLength, buffer.size - at) / 4);
      tensors.push(tensor!);
    }
    const arena = await gpu.arena(OWNER, 4 * copies + 4);
    const each = async (dispatches: Dispatch[]) =>
      (await medianRound(gpu, dispatches, 20, 3)) / Math.max(1, dispatches.length);
    for (const path of ['int8', 'float32'] as const) {
      if (!isTime() || pathOf(gpu, path, format, size) !== path) continue;
      oneMs[path] = await each(
        tensors.flatMap((tensor) =>
          tensor.slabs.map((slab) => matvecDispatch(gpu, arena, { path, tensor, slab, x, y, epsilon: 1e-5 })),
        ),
      );
    }
    for (const path of pathsForMany(gpu)) {
      if (!isTime()) continue;
      const [tensor] = tensors;
      const [slab] = tensor!.slabs;
      const isRounded = ROUNDED_BYTES[path] > 0;
      const from = isRounded ? { x: codes, heads } : { x, heads: x };
      const { dispatch, tokensPerWorkgroup } = matmulDispatch(gpu, arena, {
        path,
        tensor: tensor!,
        slab: slab!,
        ...from,
        state,
        y,
        stride: size,
      });
      const round = { path, x, cols: size, epsilon: 1e-5, codes, heads };
      const rounding = isRounded
        ? [{ ...roundDispatch(gpu, arena, round), workgroups: [TOKENS] as const }]
        : [];
      const workgroups = [dispatch.workgroups[0], Math.ceil(TOKENS / tokensPerWorkgroup)] as const;
      manyMs[path] = await medianRound(gpu, [...rounding, { ...dispatch, workgroups }], 20, 3);
    }
    gpu.check();
    const paths = { one: fastest(oneMs, FAST.one), many: fastest(manyMs, FAST.many) };
    return { version: TUNING_VERSION, paths, oneMs, manyMs, elapsedMs: performance.now() - started };
  } finally {
    gpu.memory.release(OWNER);
  }
}

/** Where tunings are kept between visits. */
export interface TuningStore {
  load(key: string): Promise<Tuning | undefined>;
  save(key: string, tuning: Tuning): Promise<void>;
}

/** The tuning of a device: kept, or measured now and kept. Processors have nothing to choose. */
export async function tuningOf(gpu: Gpu, store: TuningStore | undefined): Promise<Tuning | null> {
  if (!store || gpu.onCpu) return null;
  const key = `${gpu.adapterName}, ${gpu.lanes.kind} of ${gpu.lanes.count}`;
  const kept = await store.load(key);
  if (kept?.version === TUNING_VERSION) return kept;
  const tuning = await tunePaths(gpu);
  await store.save(key, tuning);
  return tuning;
}
