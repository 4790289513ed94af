import type { TensorSource } from '../files/model-file';
import { type Planes, wholePlanes } from '../files/packed-rows';
import type { Gpu } from '../gpu/gpu';
import { type Dispatch, grid, type UniformArena } from '../gpu/kernel';
import * as ops from '../ops/kernels';
import { alignUp, bytesOf } from '../util/bytes';
import type { RowRange } from './encode-step';

/** Params of the kernel. */
interface Layout {
  readonly quads: number;
  readonly first: number;
  readonly cols: number;
  readonly groups: number;
  readonly scales_at: number;
  readonly offsets_at: number;
  readonly groups_at: number;
  readonly values_at: number;
}

/** Rows of a packed weight: their planes one after the other, and where each lies. */
export interface PackedSlice {
  readonly bytes: Uint8Array;
  readonly decoder: string;
  readonly params: Omit<Layout, 'quads'>;
}

/** Below it, an adapter that flushes denormals may lose a product. The float32 path decodes such rows. */
const SMALLEST = 2 ** -100;
const mayFlush = (values: Float32Array): boolean => values.some((v) => v !== 0 && Math.abs(v) < SMALLEST);

/** The planes in one piece of memory. */
function laidOut(planes: Planes, first: number, decoder: string): PackedSlice {
  const { codes, cols, groups, scales, offsets, groupOf, values } = planes;
  const parts = [codes, scales, offsets, groupOf, values];
  const words: number[] = [];
  let end = 0;
  for (const part of parts) {
    words.push(end / 4);
    end += alignUp(part?.byteLength ?? 0, 4);
  }
  const bytes = new Uint8Array(end);
  for (const [i, part] of parts.entries()) if (part) bytes.set(bytesOf(part), words[i]! * 4);
  const [, scalesAt, offsetsAt, groupsAt, valuesAt] = words as [number, number, number, number, number];
  return {
    bytes,
    decoder,
    params: {
      first,
      cols,
      groups,
      scales_at: scalesAt,
      offsets_at: offsetsAt,
      groups_at: groupsAt,
      values_at: valuesAt,
    },
  };
}

/**
 * Rows of a tensor as they were packed, to be decoded on the GPU; undefined if the tensor has no such form, if it takes more
 * than `maxBytes`, or if it is so small that the GPU may decode it to other numbers.
 */
export async function readPacked(
  { packed }: TensorSource,
  rows: RowRange,
  maxBytes: number,
  signal?: AbortSignal,
): Promise<PackedSlice | undefined> {
  if (!packed) return undefined;
  const start = rows.first * rows.cols;
  const from = Math.floor(start / packed.piece);
  const to = Math.ceil((start + rows.count * rows.cols) / packed.piece);
  const planes = await wholePlanes(packed, from, to, signal);
  if (!planes || mayFlush(planes.scales) || (planes.offsets && mayFlush(planes.offsets))) return undefined;
  const slice = laidOut(planes, start - from * packed.piece, packed.decoder);
  return slice.bytes.length <= maxBytes ? slice : undefined;
}

/** Decodes a slice that lies in `planes` to float32 in `x`. */
export function decodeSlice(
  gpu: Gpu,
  arena: UniformArena,
  { decoder, params }: PackedSlice,
  { planes, x }: { planes: GPUBuffer; x: GPUBuffer },
  elements: number,
): Dispatch {
  const quads = Math.ceil(elements / 4);
  return gpu
    .kernel(ops.decodePlanes, { decoder: `checkpoint/${decoder}` })
    .dispatch({ planes, x }, { ...params, quads, zero: 0 }, grid(Math.ceil(quads / 64)), arena);
}
