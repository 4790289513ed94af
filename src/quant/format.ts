import type { BlockImportance } from './block-importance';
import { alignUp } from '../util/bytes';
import type { CodebookName } from './codebook/codebook';
import { sumOfSquares } from './search/weights';

/** A field of a GGUF block. On the device each field is a plane: its bytes of all blocks, contiguous. */
export interface Plane {
  readonly name: string;
  /** Byte offset of the field in the GGUF block. */
  readonly at: number;
  /** Bytes of the field in each block. */
  readonly bytes: number;
}

/**
 * A quantization format and its CPU codec. The GPU codec is in `shaders/quant/<id>` (`codes.wgsl`, `decode.wgsl`,
 * `encode.wgsl`).
 */
export interface QuantFormat {
  /** Shader folder name. */
  readonly id: string;
  /** llama.cpp's name. */
  readonly label: string;
  /** ggml_type. */
  readonly ggmlType: number;
  readonly block: { readonly size: number; readonly bytes: number };
  /** Device planes, widest first. They cover the block without gaps. */
  readonly planes: readonly Plane[];
  /** One sentence for users. */
  readonly summary: string;
  /**
   * Weights that an invocation encodes, or a workgroup for formats with a codebook (ENCODE_GROUP in encode.wgsl), chosen
   * so that it writes whole 32-bit words.
   */
  readonly encodeGroup: number;
  /** Maximum RMS error on unit-variance noise; checked by the conformance tests. */
  readonly maxError: number;
  /**
   * Maximum error of a weight relative to the largest magnitude of its block, for any block within the range of the
   * scales; checked by the property tests. It is large for 1- and 2-bit codebooks, which sacrifice single weights.
   */
  readonly maxBlockError: number;
  /** Set if encoding uses an importance matrix. llama-quantize refuses `required` types without one. */
  readonly importance?: 'used' | 'required';
  /** True if the spread in the importance weights is the row's mean square instead of the block's. */
  readonly rowSpread?: boolean;
  /** Codebook of the IQ formats. */
  readonly codebook?: CodebookName;
  /**
   * Reference codec on GGUF bytes, which the shaders are tested against. `x` is rows x cols and its length a multiple
   * of the block size; `importance` has one number per column.
   */
  encode(x: Float32Array, importance?: Float32Array): Uint8Array<ArrayBuffer>;
  decode(bytes: Uint8Array): Float32Array<ArrayBuffer>;
  /** Groups of a block, all of one size; undefined for float formats. */
  groups?(block: Uint8Array): BlockGroup[];
}

/** Weights of a block that share a scale: weight = step * code - low. */
export interface BlockGroup {
  readonly step: number;
  readonly low: number;
}

/** Codec of one block. Arrays hold whole tensors; the block is at `at` (weights) and at `to` or `from` (bytes). */
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
  /** Groups of a block in order, all of one size. */
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

/** Makes the codec of a format with independent blocks. `view` covers the GGUF bytes. */
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

/** Weights that a workgroup of shaders/ops/quantize encodes. */
export const weightsPerWorkgroup = ({ encodeGroup, codebook }: QuantFormat): number =>
  codebook ? encodeGroup : 64 * encodeGroup;

export const bitsPerWeight = (format: QuantFormat): number => (8 * format.block.bytes) / format.block.size;

/** GGUF bytes of `count` weights, a multiple of the block size. */
export const formatBytesFor = (format: QuantFormat, count: number): number =>
  (count / format.block.size) * format.block.bytes;

/** Alignment of planes: the largest minStorageBufferOffsetAlignment that WebGPU allows. */
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

/** GGUF bytes -> device planes. Reference for shaders/ops/unpack.wgsl. */
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

/** Inverse of toDevice. */
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
