import type { Gpu } from '../gpu/gpu';
import { type Dispatch, grid, type UniformArena } from '../gpu/kernel';
import { planeParams } from '../model/device-tensor';
import * as ops from '../ops/kernels';
import type { DeviceLayout, QuantFormat } from '../quant/format';

/** A range of blocks in a planar buffer, from `firstBlock` on. */
export interface PlanarPlace {
  readonly buffer: GPUBuffer;
  readonly layout: DeviceLayout;
  readonly firstBlock: number;
}

/** GGUF blocks in `gguf` -> planes: one dispatch per plane. */
export function unpackSteps(
  gpu: Gpu,
  arena: UniformArena,
  format: QuantFormat,
  gguf: GPUBuffer,
  to: PlanarPlace,
  blocks: number,
): Dispatch[] {
  const kernel = gpu.kernel(ops.unpack);
  return format.planes.map((plane, p) => {
    const words = Math.ceil((blocks * plane.bytes) / 4);
    const params = {
      words,
      plane_bytes: plane.bytes,
      at: plane.at,
      block_bytes: format.block.bytes,
      target_word: (to.layout.offsets[p]! + to.firstBlock * plane.bytes) / 4,
      blocks,
    };
    return kernel.dispatch({ gguf, w: to.buffer }, params, grid(Math.ceil(words / 64)), arena);
  });
}

/** Planes -> GGUF blocks in `gguf`. */
export function packStep(
  gpu: Gpu,
  arena: UniformArena,
  format: QuantFormat,
  from: PlanarPlace,
  gguf: GPUBuffer,
  blocks: number,
): Dispatch {
  const words = Math.ceil((blocks * format.block.bytes) / 4);
  const plane = (p: number) => format.planes[p] ?? { at: 0, bytes: 0 };
  const params = {
    words,
    block_bytes: format.block.bytes,
    first_block: from.firstBlock,
    blocks,
    at0: plane(0).at,
    at1: plane(1).at,
    at2: plane(2).at,
    at3: plane(3).at,
    bytes0: plane(0).bytes,
    bytes1: plane(1).bytes,
    bytes2: plane(2).bytes,
    bytes3: plane(3).bytes,
    ...planeParams(from.layout),
  };
  return gpu.kernel(ops.pack).dispatch({ w: from.buffer, gguf }, params, grid(Math.ceil(words / 64)), arena);
}
