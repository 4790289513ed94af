// Dequantizes FP8 weights to float32. Sources: OCP 8-bit floating point, and the scale names of the quantization
// methods "fp8", "compressed-tensors" and "modelopt".
import { ggmlTypeByLabel } from '../../../files/ggml-types';
import type { TensorSource } from '../../../files/model-file';
import type { SafeTensor } from '../../../files/safetensors/read';
import { formatByLabel } from '../../../quant/registry';
import { bytesOf } from '../../../util/bytes';
import { FileError, UnsupportedError } from '../../../util/errors';
import { withoutDoubles } from './lazy';
import { type Config, isRecord, jsonNumber } from '../checkpoint/config';

const SCALES = ['_scale_inv', '_scale'];
/** Scales of activations and KV caches, which float32 does not need. */
const UNUSED = ['.input_scale', '.k_scale', '.v_scale', '.activation_scale'];

interface Scale {
  readonly values: Float32Array;
  /** Rows and columns per scale. */
  readonly rows: number;
  readonly cols: number;
  readonly perRow: number;
}

/** Rows and columns that share a scale, from quantization_config or else from the two shapes. */
function blockOf(weight: SafeTensor, scale: SafeTensor, config: Config): { rows: number; cols: number } {
  const [rows = 1, cols = 1] = weight.shape;
  const [down = 1, across = 1] = scale.shape;
  const quantization = config.json.quantization_config;
  const given = isRecord(quantization) ? quantization.weight_block_size : undefined;
  if (scale.shape.length === 2 && Array.isArray(given) && given.length === 2)
    return { rows: jsonNumber(given[0]), cols: jsonNumber(given[1]) };
  if (down * across === 1) return { rows, cols };
  return { rows: Math.ceil(rows / down), cols: Math.ceil(cols / across) };
}

async function readScale(weight: SafeTensor, scale: SafeTensor, config: Config): Promise<Scale> {
  const { rows, cols } = blockOf(weight, scale, config);
  if (![rows, cols].every((n) => Number.isInteger(n) && n > 0))
    throw new FileError(
      `${config.label}: config.json: "weight_block_size" is [${rows},${cols}], expected counts of rows and columns.`,
      'Download config.json again.',
    );
  const values = formatByLabel(scale.type.label).decode(await scale.read(0, scale.sizeBytes));
  const perRow = Math.ceil((weight.shape[1] ?? 1) / cols);
  const need = Math.ceil((weight.shape[0] ?? 1) / rows) * perRow;
  if (values.length < need)
    throw new FileError(
      `Tensor "${scale.name}" has ${values.length} scales; "${weight.name}" [${weight.shape}] needs ${need}.`,
      'The checkpoint does not fit together. Download it again.',
    );
  return { values, rows, cols, perRow };
}

function toFloat32(weight: SafeTensor, table: Float32Array, scale: Scale | undefined): TensorSource {
  const cols = weight.shape[1] ?? 1;
  return {
    name: weight.name,
    shape: weight.shape,
    type: ggmlTypeByLabel('F32'),
    sizeBytes: weight.sizeBytes * 4,
    async read(start, end, signal) {
      const first = Math.floor(start / 4);
      const raw = await weight.read(first, Math.ceil(end / 4), signal);
      const values = new Float32Array(raw.length);
      for (let i = 0; i < raw.length; i++) {
        const at = first + i;
        const row = Math.floor(at / cols);
        const factor = scale
          ? scale.values[Math.floor(row / scale.rows) * scale.perRow + Math.floor((at % cols) / scale.cols)]!
          : 1;
        values[i] = table[raw[i]!]! * factor;
      }
      return bytesOf(values).slice(start - first * 4, end - first * 4);
    },
  };
}

/** The 256 values of an FP8 type. */
export function fp8Table(kind: 'F8_E4M3' | 'F8_E5M2'): Float32Array {
  const mantissaBits = kind === 'F8_E4M3' ? 3 : 2;
  const bias = kind === 'F8_E4M3' ? 7 : 15;
  return Float32Array.from({ length: 256 }, (_, code) => {
    const sign = code & 128 ? -1 : 1;
    const exponent = (code & 127) >> mantissaBits;
    const mantissa = code & ((1 << mantissaBits) - 1);
    if (kind === 'F8_E4M3' && (code & 127) === 127) return Number.NaN;
    if (kind === 'F8_E5M2' && exponent === 31)
      return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    if (exponent === 0) return sign * mantissa * 2 ** (1 - bias - mantissaBits);
    return sign * (1 + mantissa / (1 << mantissaBits)) * 2 ** (exponent - bias);
  });
}

/**
 * Replaces doubles, and FP8 tensors with their scales, by float32 tensors. Throws UnsupportedError for other quantized checkpoints and
 * FileError if scales are missing.
 */
export async function dequantized(stored: readonly SafeTensor[], config: Config): Promise<TensorSource[]> {
  const tensors = stored.map(withoutDoubles);
  const byName = new Map(tensors.map((t) => [t.name, t]));
  const scaled = (t: SafeTensor): SafeTensor | undefined =>
    t.fp8 ? SCALES.map((end) => byName.get(t.name + end)).find(Boolean) : undefined;
  const scales = new Set(tensors.flatMap((t) => scaled(t)?.name ?? []));
  const packed = tensors.find((t) => /\.(qweight|weight_packed|qzeros)$/.test(t.name));
  if (packed)
    throw new UnsupportedError(
      `${config.label}: tensor "${packed.name}" is packed by another quantizer (GPTQ, AWQ or compressed-tensors).`,
      'Take the checkpoint that it was made from.',
    );
  const out: TensorSource[] = [];
  for (const tensor of tensors) {
    if (scales.has(tensor.name) || UNUSED.some((end) => tensor.name.endsWith(end))) continue;
    if (!tensor.fp8) out.push(tensor);
    else {
      const scale = scaled(tensor);
      out.push(toFloat32(tensor, fp8Table(tensor.fp8), scale && (await readScale(tensor, scale, config))));
    }
  }
  return out;
}
