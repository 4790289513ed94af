import type { Gpu } from '../gpu/gpu';
import { type Dispatch, grid, type UniformArena } from '../gpu/kernel';
import { planeParams } from '../model/device-tensor';
import * as ops from '../ops/kernels';
import { type DeviceLayout, deviceLayout, type QuantFormat } from '../quant/format';
import type { EncodeStep } from './encode-step';
import { decodeSlice, type PackedSlice } from './packed-slice';
import { unpackSteps } from './repack';
import type { Scratch } from './scratch';

/** Records the dispatches that decode a slice to float32. */
export class WidenStep {
  readonly #gpu: Gpu;
  readonly #arena: UniformArena;
  readonly #scratch: Scratch;
  readonly #encode: EncodeStep;

  constructor(gpu: Gpu, arena: UniformArena, scratch: Scratch, encode: EncodeStep) {
    this.#gpu = gpu;
    this.#arena = arena;
    this.#scratch = scratch;
    this.#encode = encode;
  }

  /** Decodes source rows to float32 in `x`; returns `x`, or the raw buffer when the source is float32 already. */
  async record(source: QuantFormat, blocks: number, elements: number, out: Dispatch[]): Promise<GPUBuffer> {
    const raw = await this.#scratch.get('raw');
    if (source.id === 'f32') return raw;
    const x = await this.#scratch.get('x');
    const layout = deviceLayout(source, blocks);
    const isPlane = source.planes.length === 1;
    const planes = isPlane ? raw : await this.#scratch.get('planar');
    if (!isPlane) out.push(...(await this.unpack(source, blocks, planes, layout, 0)));
    const quads = Math.ceil(elements / 4);
    out.push(
      this.#gpu
        .kernel(ops.dequantize, { codec: `quant/${source.id}`, rounding: 'lib/float/rounding-exact' })
        .dispatch(
          { w4: planes, w: planes, x, points: await this.#encode.points(source, planes) },
          { quads, first_quad: 0, ...planeParams(layout), zero: 0 },
          grid(Math.ceil(quads / 64)),
          this.#arena,
        ),
    );
    return x;
  }

  /** Decodes rows of a packed weight to float32 in `x`, which it returns. */
  async packed(slice: PackedSlice, elements: number, out: Dispatch[]): Promise<GPUBuffer> {
    const x = await this.#scratch.get('x');
    const buffers = { planes: await this.#scratch.get('raw'), x };
    out.push(decodeSlice(this.#gpu, this.#arena, slice, buffers, elements));
    return x;
  }

  /** GGUF blocks of the raw buffer to planes in `target`. */
  async unpack(
    format: QuantFormat,
    blocks: number,
    target: GPUBuffer,
    layout: DeviceLayout,
    firstBlock: number,
  ): Promise<Dispatch[]> {
    const raw = await this.#scratch.get('raw');
    const to = { buffer: target, layout, firstBlock };
    return unpackSteps(this.#gpu, this.#arena, format, raw, to, blocks);
  }
}
