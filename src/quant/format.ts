import type { BlockImportance } from './block-importance';
import { alignUp } from '../util/bytes';
import type { CodebookName } from './codebook/codebook';
import { sumOfSquares } from './search/weights';

/** One field of a GGUF block, stored on the device as a plane of its own: all blocks' bytes of it, end to end. */
export interface Plane {
  readonly name: string;
  /** Byte offset of the field in the GGUF block. */
  readonly at: number;
  /** Bytes of the field in each block. */
  readonly bytes: number;
}

/**
 * One quantization format: everything the studio knows about it. The shader folder `shaders/quant/<id>` is its other
 * half (`decode.wgsl`, `encode.wgsl`).
 */
export interface QuantFormat {
  /** Shader folder name. */
  readonly id: string;
  /** llama.cpp's name. */
  readonly label: string;
  /** ggml_type. */
  readonly ggmlType: number;
  readonly block: { readonly size: number; readonly bytes: number };
  /** Device planes, widest first; they cover the block without gaps. */
  readonly planes: readonly Plane[];
  /** One sentence for people. */
  readonly summary: string;
  /** Weights that one encode invocation owns, so that it writes whole 32-bit words (as in encode.wgsl). */
  readonly encodeGroup: number;
  /** RMS error allowed on unit-variance noise; the conformance suite checks it. */
  readonly maxError: number;
  /**
   * Largest error of a weight over the largest magnitude of its block, whatever the block (within the range of its
   * scales); the property tests check it. The 1- and 2-bit codebooks give single weights up for the sum.
   */
  readonly maxBlockError: number;
  /** Whether encoding uses an importance matrix. llama-quantize refuses to make `required` types without one. */
  readonly importance?: 'used' | 'required';
  /** Whether importance is weighed by the mean square of the whole row, not of the block. */
  readonly rowSpread?: boolean;
  /** The codebook that the shaders look codes up in. */
  readonly codebook?: CodebookName;
  /**
   * Reference codec on GGUF bytes, the oracle of the shaders. `x.length` is a multiple of the block size; `importance`
   * has one number for each column of a row, and rows follow each other in `x`.
   */
  encode(x: Float32Array, importance?: Float32Array): Uint8Array<ArrayBuffer>;
  decode(bytes: Uint8Array): Float32Array<ArrayBuffer>;
  /** The groups of one block, all of one size; absent where weights stand for themselves. */
  groups?(block: Uint8Array): BlockGroup[];
}

/** Weights of a block that share a scale: a weight is step x code - low. */
export interface BlockGroup {
  readonly step: number;
  readonly low: number;
}

/** One block of a codec: `x` and `out` are whole tensors, `at` and `to` where the block begins. */
export interface BlockCodec {
  readonly size: number;
  readonly bytes: number;
  encodeBlock(
    x: Float32Array,
    at: number,
    out: Uint8Array,
    to: number,
    view: DataView,
    importance?: BlockImportance,
  ): void;
  /** The groups of a block, all of one size, in order. */
  groups(bytes: Uint8Array, from: number, view: DataView): BlockGroup[];
  decodeBlock(
    bytes: Uint8Array,
    from: number,
    out: Float32Array,
    at: number,
    view: DataView,
    groups: readonly BlockGroup[],
  ): void;
}

/** The codec of a format whose blocks know nothing of each other. `view` is over the GGUF bytes. */
export function blockwise(codec: BlockCodec): Pick<QuantFormat, 'block' | 'encode' | 'decode' | 'groups'> {
  const { size, bytes: blockBytes } = codec;
  return {
    block: { size, bytes: blockBytes },
    encode(x, weights) {
      const out = new Uint8Array((x.length / size) * blockBytes);
      const view = new DataView(out.buffer);
      const cols = weights?.length ?? x.length;
      for (let row = 0; row < x.length; row += cols) {
        const rowMeanSquare = weights ? Math.fround(sumOfSquares(x, row, cols) / cols) : 0;
        for (let column = 0; column < cols; column += size) {
          const importance = weights && { weights, column, rowMeanSquare };
          const at = row + column;
          codec.encodeBlock(x, at, out, (at / size) * blockBytes, view, importance);
        }
      }
      return out;
    },
    decode(bytes) {
      const out = new Float32Array((bytes.length / blockBytes) * size);
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      for (let b = 0; b < out.length / size; b++) {
        const from = b * blockBytes;
        codec.decodeBlock(bytes, from, out, b * size, view, codec.groups(bytes, from, view));
      }
      return out;
    },
    groups: (block) => codec.groups(block, 0, new DataView(block.buffer, block.byteOffset)),
  };
}

export const bitsPerWeight = (format: QuantFormat): number => (8 * format.block.bytes) / format.block.size;

/** GGUF bytes of `count` weights. */
export const formatBytesFor = (format: QuantFormat, count: number): number =>
  (count / format.block.size) * format.block.bytes;

/** Planes start on 256-byte borders: the strictest storage-offset alignment WebGPU allows a device to ask for. */
export const PLANE_ALIGN = 256;

export interface DeviceLayout {
  /** Byte offset of each plane. */
  readonly offsets: readonly number[];
  readonly sizeBytes: number;
}

export function deviceLayout(format: QuantFormat, blocks: number): DeviceLayout {
  const offsets: number[] = [];
  let at = 0;
  for (const plane of format.planes) {
    offsets.push(at);
    at += alignUp(blocks * plane.bytes, PLANE_ALIGN);
  }
  return { offsets, sizeBytes: at };
}

/** GGUF bytes -> device planes: moves bytes, no arithmetic. Reference for shaders/ops/unpack.wgsl. */
export function toDevice(format: QuantFormat, gguf: Uint8Array): Uint8Array<ArrayBuffer> {
  const blocks = gguf.length / format.block.bytes;
  const layout = deviceLayout(format, blocks);
  const out = new Uint8Array(layout.sizeBytes);
  format.planes.forEach((plane, p) => {
    for (let b = 0; b < blocks; b++) {
      const from = b * format.block.bytes + plane.at;
      out.set(gguf.subarray(from, from + plane.bytes), layout.offsets[p]! + b * plane.bytes);
    }
  });
  return out;
}

/** The exact inverse of toDevice. */
export function fromDevice(format: QuantFormat, device: Uint8Array, blocks: number): Uint8Array<ArrayBuffer> {
  const layout = deviceLayout(format, blocks);
  const out = new Uint8Array(blocks * format.block.bytes);
  format.planes.forEach((plane, p) => {
    for (let b = 0; b < blocks; b++) {
      const from = layout.offsets[p]! + b * plane.bytes;
      out.set(device.subarray(from, from + plane.bytes), b * format.block.bytes + plane.at);
    }
  });
  return out;
}
