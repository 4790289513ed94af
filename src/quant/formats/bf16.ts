import { bf16FromBits } from '../../util/half';
import type { QuantFormat } from '../format';

export const bf16: QuantFormat = {
  id: 'bf16',
  label: 'BF16',
  ggmlType: 30,
  block: { size: 1, bytes: 2 },
  planes: [{ name: 'x', at: 0, bytes: 2 }],
  summary: 'The upper half of a float32: 8 significant bits, the full range.',
  encodeGroup: 4,
  maxError: 3e-3,
  maxBlockError: 0.004,
  encode(x) {
    const bits = new Uint32Array(x.buffer, x.byteOffset, x.length);
    return new Uint8Array(Uint16Array.from(bits, bf16FromBits).buffer);
  },
  decode: (bytes) =>
    new Float32Array(Uint32Array.from(new Uint16Array(bytes.slice().buffer), (h) => h << 16).buffer),
};
