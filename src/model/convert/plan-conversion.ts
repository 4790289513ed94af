import { ggmlTypeByLabel, tensorBytes } from '../../files/ggml-types';
import { type MetaValue, u32Value } from '../../files/gguf/metadata';
import type { ModelFile } from '../../files/model-file';
import { fileTypeByLabel } from '../../quant/file-types';
import { UnsupportedError } from '../../util/errors';
import { fileOf, type Plan, type PlannedTensor } from '../plan';
import { staysFloat32 } from './tensors/float32';

/** convert_hf_to_gguf.py's --outtype. `auto`: bf16 where the first matrix is BF16, f16 elsewhere. */
export type OutType = 'f32' | 'f16' | 'bf16' | 'q8_0' | 'auto';
export const OUT_TYPES = ['f32', 'f16', 'bf16', 'q8_0', 'auto'] as const satisfies readonly OutType[];

/** `auto` is bf16 if the first matrix is BF16, else f16. */
function resolve(model: ModelFile, outType: OutType): Exclude<OutType, 'auto'> {
  if (outType !== 'auto') return outType;
  const matrix = model.tensors.find((t) => t.shape.length > 1 && !staysFloat32(t));
  return matrix?.type.label === 'BF16' ? 'bf16' : 'f16';
}

/**
 * Plans the file that convert_hf_to_gguf.py writes for a folder: tensors and metadata in its order, unlike
 * quantization, which uses llama-quantize's. Throws UnsupportedError for a GGUF.
 */
export function planConversion(model: ModelFile, outType: OutType): Plan {
  if (model.container === 'GGUF')
    throw new UnsupportedError(
      `${model.label} is a GGUF already.`,
      'Convert takes a Hugging Face folder; quantize takes a GGUF, too.',
    );
  const fileType = fileTypeByLabel(resolve(model, outType))!;
  const f32 = ggmlTypeByLabel('F32');
  const tensors = model.tensors.map((source): PlannedTensor => {
    const wanted = staysFloat32(source) ? f32 : ggmlTypeByLabel(fileType.type);
    const misfit = (source.shape[0] ?? 1) % wanted.blockSize !== 0;
    const type = misfit ? ggmlTypeByLabel('F16') : wanted;
    return {
      name: source.name,
      shape: source.shape,
      type,
      sizeBytes: tensorBytes(type, source.shape)!,
      source,
      ...(misfit
        ? {
            fallback: `rows of ${source.shape[0]} weights are no multiple of ${wanted.blockSize} (${wanted.label}): F16`,
          }
        : {}),
    };
  });
  const metadata = new Map<string, MetaValue>(model.metadata);
  metadata.set('general.file_type', u32Value(fileType.ftype));
  return {
    ...fileOf(fileType, metadata, tensors),
    warning: null,
    refusal: null,
    curedByF16: false,
  };
}
