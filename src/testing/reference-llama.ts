import type { TinyShape } from '../../bench/models/tiny-llama';

/** Decoded weights by GGUF name; matrices are rows x cols, row-major. */
export type ReferenceWeights = ReadonlyMap<string, Float32Array>;

function linear(w: Float32Array, x: Float64Array): Float64Array {
  const cols = x.length;
  const out = new Float64Array(w.length / cols);
  for (let r = 0; r < out.length; r++) {
    let sum = 0;
    for (let c = 0; c < cols; c++) sum += w[r * cols + c]! * x[c]!;
    out[r] = sum;
  }
  return out;
}

function rmsNorm(x: Float64Array, w: Float32Array): Float64Array {
  const scale = 1 / Math.sqrt(x.reduce((s, v) => s + v * v, 0) / x.length + Math.fround(1e-5));
  return x.map((v, i) => v * scale * w[i]!);
}

function rotate(x: Float64Array, headDim: number, position: number): void {
  for (let i = 0; i < x.length; i += 2) {
    const angle = position * 10000 ** (-(i % headDim) / headDim);
    const [a, b] = [x[i]!, x[i + 1]!];
    x[i] = a * Math.cos(angle) - b * Math.sin(angle);
    x[i + 1] = a * Math.sin(angle) + b * Math.cos(angle);
  }
}

/** Logits of the last token. */
export const referenceLogits = (s: TinyShape, weights: ReferenceWeights, ids: readonly number[]) =>
  referenceRows(s, weights, ids, ids.length - 1)[0]!;

/**
 * Logits of every token from `first` on, in float64: an independent implementation that shares no code with the engine.
 */
export function referenceRows(
  s: TinyShape,
  weights: ReferenceWeights,
  ids: readonly number[],
  first: number,
): Float64Array[] {
  const w = (name: string) => weights.get(`${name}.weight`)!;
  const headDim = s.width / s.heads;
  const keys: Float64Array[][] = Array.from({ length: s.layers }, () => []);
  const values: Float64Array[][] = Array.from({ length: s.layers }, () => []);
  const rows: Float64Array[] = [];
  ids.forEach((id, position) => {
    let x = Float64Array.from(w('token_embd').subarray(id * s.width, (id + 1) * s.width));
    for (let layer = 0; layer < s.layers; layer++) {
      const p = `blk.${layer}.`;
      const h = rmsNorm(x, w(`${p}attn_norm`));
      const q = linear(w(`${p}attn_q`), h);
      const k = linear(w(`${p}attn_k`), h);
      rotate(q, headDim, position);
      rotate(k, headDim, position);
      keys[layer]!.push(k);
      values[layer]!.push(linear(w(`${p}attn_v`), h));
      const attended = new Float64Array(s.width);
      for (let head = 0; head < s.heads; head++) {
        const kv = Math.floor(head / (s.heads / s.kvHeads)) * headDim;
        const scores = keys[layer]!.map((key) => {
          let sum = 0;
          for (let d = 0; d < headDim; d++) sum += q[head * headDim + d]! * key[kv + d]!;
          return sum / Math.sqrt(headDim);
        });
        const top = Math.max(...scores);
        const shares = scores.map((v) => Math.exp(v - top));
        const total = shares.reduce((a, b) => a + b, 0);
        shares.forEach((share, t) => {
          for (let d = 0; d < headDim; d++)
            attended[head * headDim + d]! += (share / total) * values[layer]![t]![kv + d]!;
        });
      }
      const o = linear(w(`${p}attn_output`), attended);
      x = x.map((v, i) => v + o[i]!);
      const n = rmsNorm(x, w(`${p}ffn_norm`));
      const gate = linear(w(`${p}ffn_gate`), n);
      const up = linear(w(`${p}ffn_up`), n);
      const down = linear(
        w(`${p}ffn_down`),
        gate.map((g, i) => (g / (1 + Math.exp(-g))) * up[i]!),
      );
      x = x.map((v, i) => v + down[i]!);
    }
    if (position >= first)
      rows.push(linear(weights.get('output.weight') ?? w('token_embd'), rmsNorm(x, w('output_norm'))));
  });
  return rows;
}
