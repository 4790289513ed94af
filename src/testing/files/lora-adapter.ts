// Seeded LoRA adapters as PEFT writes them, with the values that merging must give in float64; shares no code with the reader.
import { noise } from '../../util/random';
import {
  floatTensor,
  jsonFile,
  type NamedBytes,
  safetensorsFile,
  type StoredTensor,
} from '../safetensors-file';

export interface AdapterShape {
  /** Module, and its weight as it is stored. */
  readonly module: string;
  readonly rows: number;
  readonly cols: number;
  readonly rank: number;
  readonly kind?: 'embedding';
}
export interface AdapterOptions {
  readonly alpha?: number;
  readonly dtype?: 'F32' | 'F16' | 'BF16';
  readonly rslora?: boolean;
  readonly dora?: boolean;
  readonly transposed?: boolean;
  readonly alphas?: Readonly<Record<string, number>>;
  /** Alpha of a module; as `alphas` say. */
  readonly alphaOf?: (module: string) => number;
  readonly more?: Readonly<Record<string, unknown>>;
  readonly seed?: number;
}
export interface MadeAdapter {
  readonly files: NamedBytes[];
  /** A weight with the adapter merged in, in float64 and rounded once. */
  merge(module: string, base: Float32Array): Float32Array;
}

const rounded = (values: Float32Array<ArrayBuffer>, dtype: 'F32' | 'F16' | 'BF16') => {
  const { bytes } = floatTensor('x', [values.length], dtype, values);
  if (dtype === 'F32') return values;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Float32Array.from({ length: values.length }, (_, i) => {
    const code = view.getUint16(i * 2, true);
    if (dtype === 'BF16') return new Float32Array(Uint32Array.of(code << 16).buffer)[0]!;
    const [sign, exponent, mantissa] = [code & 0x8000 ? -1 : 1, (code >> 10) & 31, code & 1023];
    return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (1024 + mantissa) * 2 ** (exponent - 25);
  });
};

/** Makes an adapter for some modules. */
export function madeAdapter(shapes: readonly AdapterShape[], options: AdapterOptions = {}): MadeAdapter {
  const { alpha = 16, dtype = 'F32', seed = 1 } = options;
  const tensors: StoredTensor[] = [];
  const parts = new Map<
    string,
    { shape: AdapterShape; a: Float32Array; b: Float32Array; m?: Float32Array }
  >();
  shapes.forEach((shape, i) => {
    const { module, rows, cols, rank } = shape;
    const isTurned = shape.kind === 'embedding' || options.transposed === true;
    const [ins, outs] = isTurned ? [rows, cols] : [cols, rows];
    const a = rounded(noise(rank * ins, seed + 10 * i), dtype);
    const b = rounded(noise(outs * rank, seed + 10 * i + 1), dtype);
    const name = `base_model.model.${module}`;
    const [an, bn] =
      shape.kind === 'embedding'
        ? [`${name}.lora_embedding_A`, `${name}.lora_embedding_B`]
        : [`${name}.lora_A.weight`, `${name}.lora_B.weight`];
    tensors.push(floatTensor(an, [rank, ins], dtype, a), floatTensor(bn, [outs, rank], dtype, b));
    const m = options.dora
      ? rounded(
          noise(rows, seed + 10 * i + 2).map((v) => Math.abs(v) + 0.5),
          dtype,
        )
      : undefined;
    if (m) tensors.push(floatTensor(`${name}.lora_magnitude_vector`, [rows], dtype, m));
    parts.set(module, { shape, a, b, ...(m ? { m } : {}) });
  });
  const config = {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    base_model_name_or_path: 'base',
    bias: 'none',
    r: shapes[0]?.rank ?? 8,
    lora_alpha: alpha,
    fan_in_fan_out: options.transposed === true,
    use_rslora: options.rslora === true,
    use_dora: options.dora === true,
    rank_pattern: {},
    alpha_pattern: options.alphas ?? {},
    modules_to_save: null,
    init_lora_weights: true,
    lora_bias: false,
    target_modules: shapes.map((s) => s.module),
    ...options.more,
  };
  return {
    files: [
      jsonFile('adapter/adapter_config.json', config),
      safetensorsFile('adapter/adapter_model.safetensors', tensors),
    ],
    merge(module, base) {
      const { shape, a, b, m } = parts.get(module)!;
      const { rows, cols, rank } = shape;
      const isTurned = shape.kind === 'embedding' || options.transposed === true;
      const own = options.alphaOf?.(module) ?? alpha;
      const scale = options.rslora ? own / Math.sqrt(rank) : own / rank;
      const out = new Float64Array(rows * cols);
      for (let r = 0; r < rows; r++)
        for (let c = 0; c < cols; c++) {
          let sum = 0;
          const [o, i] = isTurned ? [c, r] : [r, c];
          const ins = isTurned ? rows : cols;
          for (let k = 0; k < rank; k++) sum += b[o * rank + k]! * a[k * ins + i]!;
          out[r * cols + c] = base[r * cols + c]! + scale * sum;
        }
      if (m)
        for (let r = 0; r < rows; r++) {
          const row = out.subarray(r * cols, (r + 1) * cols);
          const length = Math.sqrt(row.reduce((n, v) => n + v * v, 0));
          for (let c = 0; c < cols; c++) row[c] = (m[r]! / length) * row[c]!;
        }
      return Float32Array.from(out);
    },
  };
}
