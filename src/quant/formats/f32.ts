import { bytesOf } from '../../util/bytes';
import type { QuantFormat } from '../format';

export const f32: QuantFormat = {
  id: 'f32',
  label: 'F32',
  ggmlType: 0,
  block: { size: 1, bytes: 4 },
  planes: [{ name: 'x', at: 0, bytes: 4 }],
  summary: 'IEEE single precision, as trained.',
  encodeGroup: 4,
  maxError: 0,
  maxBlockError: 0,
  encode: (x) => bytesOf(x).slice(),
  decode: (bytes) => new Float32Array(bytes.slice().buffer),
};
