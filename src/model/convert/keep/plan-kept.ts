import { elementCount, type GgmlType, ggmlTypeByLabel, tensorBytes } from '../../../files/ggml-types';
import { type MetaValue, u32Value } from '../../../files/gguf/metadata';
import type { ModelFile, TensorSource } from '../../../files/model-file';
import type { Packed } from '../../../files/packed-rows';
import { type FileType, fileTypes, fileTypeByLabel } from '../../../quant/file-types';
import { throwIfCancelled, UnsupportedError } from '../../../util/errors';
import type { RunProgress, Work } from '../../../util/work';
import { fileOf, type Plan, type PlannedTensor } from '../../plan';
import { staysFloat32 } from '../tensors/float32';
import { type Twin, twinsOf } from './twins';

/** A tensor of the file, and its cost. */
export interface Kept {
  readonly name: string;
  readonly type: string;
  readonly cost: 'lossless' | 'one rounding';
  /** Why it is rounded; undefined for one that is not. */
  readonly why?: string;
}

export interface KeptPlan extends Plan {
  /** In the order of the file. */
  readonly kept: readonly Kept[];
}

/** Weights that are looked at in one go. */
const STEP = 1 << 20;

/** Calls `see` with all planes of a packed weight, a part at a time, until it returns false. */
async function eachPart(
  packed: Packed,
  [from, to]: readonly [number, number],
  see: (planes: Awaited<ReturnType<Packed['planes']>>) => boolean,
  signal: AbortSignal | undefined,
): Promise<void> {
  const step = Math.max(1, Math.floor(STEP / packed.piece));
  for (let at = from; at < to; ) {
    throwIfCancelled(signal);
    const planes = await packed.planes(at, Math.min(to, at + step), signal);
    if (!see(planes)) return;
    at += planes.codes.length / packed.piece;
  }
}

const rowsOf = (t: TensorSource): number => t.shape.slice(1).reduce((n, d) => n * d, 1);

/** The type that holds a packed weight as it is, or the reason why none does. Reads all of it. */
async function findTwin(
  tensor: TensorSource,
  packed: Packed,
  signal: AbortSignal | undefined,
): Promise<Twin | string> {
  if (packed.piece !== tensor.shape[0]) return 'its blocks cross the ends of rows';
  const all: readonly Twin[] = twinsOf[packed.decoder];
  const misfits = new Map<Twin, string>();
  await eachPart(
    packed,
    [0, rowsOf(tensor)],
    (planes) => {
      for (const twin of all)
        if (!misfits.has(twin)) {
          const misfit = twin.misfit(planes);
          if (misfit !== undefined) misfits.set(twin, misfit);
        }
      return misfits.size < all.length;
    },
    signal,
  );
  const fit = all.find((twin) => !misfits.has(twin));
  if (fit) return fit;
  const why = all.map((twin) => `${twin.type.label}: ${misfits.get(twin)}`);
  return why.length > 0 ? why.join('; ') : 'no type of GGUF multiplies as it does';
}

/** The tensor as blocks that hold its codes. */
function asBlocks(tensor: TensorSource, packed: Packed, { type, blocks }: Twin): TensorSource {
  const rowBytes = (tensor.shape[0]! / type.blockSize) * type.blockBytes;
  return {
    name: tensor.name,
    shape: tensor.shape,
    type,
    sizeBytes: rowsOf(tensor) * rowBytes,
    async read(start, end, signal) {
      const out = new Uint8Array(end - start);
      let at = Math.floor(start / rowBytes) * rowBytes;
      const rows = [at / rowBytes, Math.ceil(end / rowBytes)] as const;
      await eachPart(
        packed,
        rows,
        (planes) => {
          const bytes = blocks(planes);
          const from = Math.max(start, at);
          out.set(bytes.subarray(from - at, Math.min(end, at + bytes.length) - at), from - start);
          at += bytes.length;
          return true;
        },
        signal,
      );
      return out;
    },
  };
}

/** The file type that most weights are of, as llama.cpp names it; F16 where none is named so. */
function fileTypeOf(tensors: readonly PlannedTensor[]): FileType {
  const weights = new Map<GgmlType, number>();
  for (const { type, shape } of tensors)
    if (shape.length > 1) weights.set(type, (weights.get(type) ?? 0) + elementCount(shape)!);
  const [most] = [...weights].sort((a, b) => b[1] - a[1]);
  return fileTypes.find((f) => f.type === most?.[0].label) ?? fileTypeByLabel('F16')!;
}

/**
 * Plans a GGUF that keeps the weights of a folder as they are: codes of another quantizer in blocks that hold them, floats in
 * their own type. A weight that fits no block is rounded once, to F16, and the plan says so. Reads every packed weight once.
 * Throws UnsupportedError for a GGUF.
 */
export async function planKept(
  model: ModelFile,
  { signal, progress }: Work<RunProgress> = {},
): Promise<KeptPlan> {
  if (model.container !== 'safetensors')
    throw new UnsupportedError(
      `${model.label} is a GGUF already.`,
      'Convert takes a Hugging Face folder; quantize takes a GGUF, too.',
    );
  const tensors: PlannedTensor[] = [];
  const kept: Kept[] = [];
  for (const [i, source] of model.tensors.entries()) {
    const planned = (from: TensorSource, type: GgmlType): PlannedTensor => ({
      name: source.name,
      shape: source.shape,
      type,
      sizeBytes: tensorBytes(type, source.shape)!,
      source: from,
    });
    const { packed } = source;
    if (staysFloat32(source) || !packed) {
      tensors.push(planned(source, staysFloat32(source) ? ggmlTypeByLabel('F32') : source.type));
      kept.push({ name: source.name, type: tensors.at(-1)!.type.label, cost: 'lossless' });
    } else {
      const twin = await findTwin(source, packed, signal);
      const isRounded = typeof twin === 'string';
      const type = isRounded ? ggmlTypeByLabel('F16') : twin.type;
      tensors.push(planned(isRounded ? source : asBlocks(source, packed, twin), type));
      kept.push({
        name: source.name,
        type: type.label,
        ...(isRounded ? { cost: 'one rounding', why: twin } : { cost: 'lossless' }),
      });
    }
    progress?.({ done: i + 1, total: model.tensors.length });
  }
  const fileType = fileTypeOf(tensors);
  const metadata = new Map<string, MetaValue>(model.metadata);
  metadata.set('general.file_type', u32Value(fileType.ftype));
  return {
    ...fileOf(fileType, metadata, tensors),
    warning: null,
    refusal: null,
    curedByF16: false,
    kept,
  };
}
