import { f16FromBits, f16ToFloat } from '../../util/half';
import type { QuantFormat } from '../format';

export const f16: QuantFormat = {
  id: 'f16',
  label: 'F16',
  ggmlType: 1,
  block: { size: 1, bytes: 2 },
  planes: [{ name: 'x', at: 0, bytes: 2 }],
  summary: 'IEEE half precision: 11 significant bits, up to 65504.',
  encodeGroup: 4,
  maxError: 3e-4,
  maxBlockError: 0.0005,
  encode(x) {
    const bits = new Uint32Array(x.buffer, x.byteOffset, x.length);
    const halves = new Uint16Array(x.length);
    for (let i = 0; i < x.length; i++) halves[i] = f16FromBits(bits[i]!);
    return new Uint8Array(halves.buffer);
  },
  decode(bytes) {
    const halves = new Uint16Array(bytes.slice().buffer);
    const x = new Float32Array(halves.length);
    for (let i = 0; i < x.length; i++) x[i] = f16ToFloat(halves[i]!);
    return x;
  },
};
