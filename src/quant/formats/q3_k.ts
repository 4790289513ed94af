import { f16FromFloat, f16ToFloat } from '../../util/half';
import type { BlockImportance } from '../block-importance';
import { blockwise, type QuantFormat } from '../format';
import { clamp, extremeOf, nearest } from '../search/k-search';
import { searchSignedScale } from '../search/qx-search';
import { importanceWeights, sumOf, sumOfSquares } from '../search/weights';

const { fround } = Math;

/**
 * Scale of 16 weights for codes -4..3: rounds, then changes one code at a time while the fit weighted by x^2 improves,
 * for at most five rounds. Writes code + 4. Source: make_q3_quants.
 */
function searchScale(x: Float32Array, at: number, codes: Uint8Array, codesAt: number): number {
  const extreme = extremeOf(x, at, 16);
  if (extreme === 0) {
    codes.fill(0, codesAt, codesAt + 16);
    return 0;
  }
  const inverse = fround(-4 / extreme);
  const trial = new Int8Array(16);
  let lx = 0;
  let l2 = 0;
  for (let i = 0; i < 16; i++) {
    const v = x[at + i]!;
    const l = clamp(nearest(fround(inverse * v)), -4, 3);
    const w = fround(v * v);
    trial[i] = l;
    lx = fround(lx + fround(fround(w * v) * l));
    l2 = fround(l2 + fround(fround(w * l) * l));
  }
  for (let round = 0; round < 5; round++) {
    let changed = false;
    for (let i = 0; i < 16; i++) {
      const v = x[at + i]!;
      const w = fround(v * v);
      let newLx = fround(lx - fround(fround(w * v) * trial[i]!));
      if (!(newLx > 0)) continue;
      let newL2 = fround(l2 - fround(fround(w * trial[i]!) * trial[i]!));
      const l = clamp(nearest(fround(fround(v * newL2) / newLx)), -4, 3);
      if (l === trial[i]) continue;
      newLx = fround(newLx + fround(fround(w * v) * l));
      newL2 = fround(newL2 + fround(fround(w * l) * l));
      if (newL2 > 0 && fround(fround(newLx * newLx) * l2) > fround(fround(lx * lx) * newL2)) {
        trial[i] = l;
        lx = newLx;
        l2 = newL2;
        changed = true;
      }
    }
    if (!changed) break;
  }
  for (let i = 0; i < 16; i++) codes[codesAt + i] = trial[i]! + 4;
  return l2 > 0 ? fround(lx / l2) : 0;
}

/** 6-bit scale of group j, from 4 low bits in bytes 0..7 and 2 high bits in bytes 8..11. */
function scaleAt(bytes: Uint8Array, at: number, j: number): number {
  const low = j < 8 ? bytes[at + j]! & 15 : bytes[at + j - 8]! >> 4;
  return (low | (((bytes[at + 8 + (j % 4)]! >> (2 * (j >> 2))) & 3) << 4)) - 32;
}

interface Scales {
  /** 6-bit code of each group's scale; 32 stands for 0. */
  readonly codes: Uint8Array;
  readonly d: number;
}

/** Rounds the group scales to 6 bits; null if all are 0. */
function plainScales(scales: Float32Array): Scales | null {
  let top = 0;
  for (const s of scales) if (Math.abs(s) > Math.abs(top)) top = s;
  if (!top) return null;
  const inverse = fround(-32 / top);
  const codes = Uint8Array.from(
    scales,
    (s) => clamp((nearest(fround(inverse * s)) << 24) >> 24, -32, 31) + 32,
  );
  return { codes, d: fround(1 / inverse) };
}

function encodeBlock(
  x: Float32Array,
  from: number,
  out: Uint8Array,
  to: number,
  view: DataView,
  importance?: BlockImportance,
): void {
  const codes = new Uint8Array(256);
  const scales = new Float32Array(16);
  let packed: Scales | null;
  if (importance) {
    const spread = fround(2 * fround(sumOfSquares(x, from, 256) / 256));
    const weights = new Float32Array(16);
    const totals = new Float32Array(16);
    for (let j = 0; j < 16; j++) {
      importanceWeights(x, from + 16 * j, importance, 16 * j, spread, weights);
      totals[j] = sumOf(weights);
      scales[j] = searchSignedScale(x, from + 16 * j, weights, 4, codes, 16 * j);
    }
    const parts = new Uint8Array(16);
    packed = { d: searchSignedScale(scales, 0, totals, 32, parts, 0), codes: parts };
  } else {
    for (let j = 0; j < 16; j++) scales[j] = searchScale(x, from + 16 * j, codes, 16 * j);
    packed = plainScales(scales);
  }
  let d16 = 0;
  if (packed) {
    packed.codes.forEach((l, j) => {
      out[to + 96 + (j & 7)]! |= (l & 15) << (j < 8 ? 0 : 4);
      out[to + 104 + (j % 4)]! |= (l >> 4) << (2 * (j >> 2));
    });
    d16 = f16FromFloat(packed.d);
    view.setUint16(to + 108, d16, true);
  }
  for (let j = 0; j < 16; j++) {
    const step = fround(f16ToFloat(d16) * scaleAt(out, to + 96, j));
    if (!step) continue; // keeps the codes of the search
    for (let i = 16 * j; i < 16 * (j + 1); i++)
      codes[i] = clamp(nearest(fround(x[from + i]! / step)), -4, 3) + 4;
  }
  for (let i = 0; i < 256; i++) {
    out[to + (i & 31)]! |= (codes[i]! >> 2) << (i >> 5);
    out[to + 32 + 32 * (i >> 7) + (i & 31)]! |= (codes[i]! & 3) << (2 * ((i >> 5) & 3));
  }
}

/**
 * Block: 32 bytes of third bits, 64 bytes of low 2 bits, 12 bytes of 6-bit scales, f16 d. Source:
 * quantize_row_q3_K_ref, _impl.
 */
export const q3_k: QuantFormat = {
  id: 'q3_k',
  label: 'Q3_K',
  ggmlType: 11,
  planes: [
    { name: 'qs', at: 32, bytes: 64 },
    { name: 'hmask', at: 0, bytes: 32 },
    { name: 'scales', at: 96, bytes: 12 },
    { name: 'd', at: 108, bytes: 2 },
  ],
  summary: '256 weights in 16 groups with 6-bit scales under one f16 scale; 3-bit codes.',
  encodeGroup: 512,
  maxError: 0.2,
  maxBlockError: 0.4,
  importance: 'used',
  ...blockwise({
    size: 256,
    bytes: 110,
    encodeBlock,
    groups(bytes, from, view) {
      const d = f16ToFloat(view.getUint16(from + 108, true));
      return Array.from({ length: 16 }, (_, j) => ({
        step: fround(d * scaleAt(bytes, from + 96, j)),
        low: 0,
      }));
    },
    decodeBlock(bytes, from, out, at, _view, groups) {
      for (let i = 0; i < 256; i++) {
        const low = (bytes[from + 32 + 32 * (i >> 7) + (i & 31)]! >> (2 * ((i >> 5) & 3))) & 3;
        const high = (bytes[from + (i & 31)]! >> (i >> 5)) & 1;
        out[at + i] = groups[i >> 4]!.step * (low + 4 * high - 4);
      }
    },
  }),
};
