import type { Gpu } from '../gpu/gpu';
import { type Dispatch, grid } from '../gpu/kernel';
import * as ops from '../ops/kernels';
import { UnsupportedError } from '../util/errors';
import { type DeviceTensor, planeParams } from './device-tensor';
import type { Runtime } from './runtime';

/**
 * How many tokens a program is recorded for: one (decode), up to a chunk (prefill, logits of the newest only), or up to
 * a chunk with the logits of every one (evaluation).
 */
export type Batch = 'one' | 'many' | 'every';

/** A step whose grid depends on the number of tokens; `workgroups` is what remains after it is known. */
export interface Step {
  readonly dispatch: Dispatch;
  /** Workgroups along y for n tokens; absent when the grid does not depend on it. */
  readonly perTokens?: (tokens: number) => number;
}

/** Encodes steps for `tokens` tokens into a pass; nothing is created. */
export function encodeSteps(pass: GPUComputePassEncoder, steps: readonly Step[], tokens: number): void {
  for (const { dispatch, perTokens } of steps) {
    pass.setPipeline(dispatch.pipeline);
    pass.setBindGroup(0, dispatch.group);
    const [x, y = 1] = dispatch.workgroups;
    const n = perTokens?.(tokens);
    // A negative count lies along x (one row a workgroup), a positive one along y.
    if (n === undefined) pass.dispatchWorkgroups(x, y);
    else if (n < 0) pass.dispatchWorkgroups(-n);
    else pass.dispatchWorkgroups(x, n);
  }
}

/** Builds the steps of a model from the blocks that papers draw. Everything is made here, once; running creates nothing. */
export class Recorder {
  readonly #gpu: Gpu;
  readonly #r: Runtime;
  readonly #weights: ReadonlyMap<string, DeviceTensor>;
  readonly #batch: Batch;
  readonly steps: Step[] = [];

  constructor(gpu: Gpu, runtime: Runtime, weights: ReadonlyMap<string, DeviceTensor>, batch: Batch) {
    this.#gpu = gpu;
    this.#r = runtime;
    this.#weights = weights;
    this.#batch = batch;
  }

  weight(name: string): DeviceTensor {
    const tensor = this.#weights.get(name);
    if (!tensor)
      throw new UnsupportedError(`The model has no tensor "${name}", which its architecture needs.`);
    return tensor;
  }

  has(name: string): boolean {
    return this.#weights.has(name);
  }

  #push(dispatch: Dispatch, perTokens?: (tokens: number) => number): void {
    this.steps.push(perTokens && this.#batch !== 'one' ? { dispatch, perTokens } : { dispatch });
  }

  embed(name: string, out: GPUBuffer): void {
    const tensor = this.weight(name);
    const kernel = this.#gpu.kernel(ops.embed, { codec: `quant/${tensor.format.id}` });
    for (const slab of tensor.slabs) {
      const params = {
        cols: tensor.cols,
        first_row: slab.firstRow,
        rows: slab.rows,
        ...planeParams(slab.layout),
      };
      const buffers = {
        w4: slab.buffer,
        w: slab.buffer,
        tokens: this.#r.tokens,
        x: out,
        points: tensor.points,
      };
      this.#push(
        kernel.dispatch(buffers, params, [Math.ceil(tensor.cols / 256)], this.#r.arena),
        (tokens) => tokens,
      );
    }
  }

  /** `newest` takes only the newest token of the batch, where no more are asked for. */
  rmsNorm(name: string, x: GPUBuffer, y: GPUBuffer, newest = false): void {
    const last = newest && this.#batch !== 'every';
    const tensor = this.weight(name);
    const buffers = { x, weight: tensor.slabs[0]!.buffer, state: this.#r.state, y };
    const params = { cols: tensor.cols, epsilon: this.#r.h.epsilon, last: last ? 1 : 0 };
    // Rows lie along x here.
    const dispatch = this.#gpu.kernel(ops.rmsNorm).dispatch(buffers, params, [1], this.#r.arena);
    if (last || this.#batch === 'one') this.steps.push({ dispatch });
    else this.steps.push({ dispatch, perTokens: (tokens) => -tokens });
  }

  /** y (+)= W x. `head` runs on the newest row of a batch only, where no more are asked for. */
  linear(name: string, x: GPUBuffer, y: GPUBuffer, accumulate = false, head = false): void {
    const tensor = this.weight(name);
    const codec = `quant/${tensor.format.id}`;
    for (const slab of tensor.slabs) {
      const common = {
        rows: slab.rows,
        cols: tensor.cols,
        first_row: slab.firstRow,
        ...planeParams(slab.layout),
        accumulate: accumulate ? 1 : 0,
      };
      const buffers = { w4: slab.buffer, w: slab.buffer, x, y, points: tensor.points };
      if (this.#batch === 'one' || (head && this.#batch === 'many')) {
        const kernel = this.#gpu.kernel(ops.matvec, { codec });
        this.steps.push({
          dispatch: kernel.dispatch(buffers, common, grid(Math.ceil(slab.rows / 4)), this.#r.arena),
        });
      } else {
        const kernel = this.#gpu.kernel(ops.matmul, { codec });
        this.#push(
          kernel.dispatch(
            { ...buffers, state: this.#r.state },
            { ...common, stride: tensor.rows },
            [Math.ceil(slab.rows / 128)],
            this.#r.arena,
          ),
          (tokens) => Math.ceil(tokens / 4),
        );
      }
    }
  }

  /** Rotates q and k (adjacent pairs), writes k and v into the layer's cache. */
  ropeAndCache(layer: number): void {
    const { h, state, rotation, q, k, v, kCache, vCache, arena, kvType } = this.#r;
    const pairs = ((h.heads + 2 * h.kvHeads) * h.headDim) / 2;
    const kernel = this.#gpu.kernel(ops.ropeCache, { kv_store: `kv/${kvType.toLowerCase()}-store` });
    const buffers = { state, rotation, q, k, v, k_cache: kCache[layer]!, v_cache: vCache[layer]! };
    const params = { heads: h.heads, kv_heads: h.kvHeads, head_dim: h.headDim, rotary_dim: h.rotaryDim };
    this.#push(kernel.dispatch(buffers, params, [Math.ceil(pairs / 64)], arena), (tokens) => tokens);
  }

  attention(layer: number, y: GPUBuffer): void {
    const { h, state, q, kCache, vCache, arena, kvType } = this.#r;
    const kernel = this.#gpu.kernel(ops.attention, { kv_load: `kv/${kvType.toLowerCase()}` });
    const buffers = { state, q, k_cache: kCache[layer]!, v_cache: vCache[layer]!, y };
    const params = {
      heads: h.heads,
      kv_heads: h.kvHeads,
      head_dim: h.headDim,
      scale: 1 / Math.sqrt(h.headDim),
    };
    this.#push(kernel.dispatch(buffers, params, [h.heads], arena), (tokens) => tokens);
  }

  /** gate = silu(gate) * up. */
  swiglu(gate: GPUBuffer, up: GPUBuffer): void {
    const quads = this.#r.h.ffnWidth / 4;
    const tokens = this.#batch === 'one' ? 1 : this.#r.chunk;
    const kernel = this.#gpu.kernel(ops.swiglu);
    const buffers = { gate, up, state: this.#r.state };
    this.#push(kernel.dispatch(buffers, { quads }, grid(Math.ceil((quads * tokens) / 64)), this.#r.arena));
  }

  surprise(targets: GPUBuffer, surprise: GPUBuffer): void {
    const { logits, vocabulary, arena } = this.#r;
    const buffers = { logits, targets, surprise };
    const dispatch = this.#gpu.kernel(ops.surprise).dispatch(buffers, { vocabulary }, [1], arena);
    this.steps.push({ dispatch, perTokens: (tokens) => -tokens });
  }

  sample(): void {
    const { logits, sampling, state, tokens, vocabulary, context, arena } = this.#r;
    const kernel = this.#gpu.kernel(ops.sample);
    const dispatch = kernel.dispatch(
      { logits, sampling, state, tokens },
      { vocabulary, capacity: context },
      [1],
      arena,
    );
    this.steps.push({ dispatch });
  }
}
