import type { Gpu } from '../gpu/gpu';
import { type Dispatch, grid } from '../gpu/kernel';
import * as ops from '../ops/kernels';
import { UnsupportedError } from '../util/errors';
import { type DeviceTensor, planeParams } from './device-tensor';
import { slides } from './arch/architecture';
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

export interface LinearOptions {
  /** Add to what is there. */
  readonly accumulate?: boolean;
  readonly scale?: number;
  readonly cap?: number;
  /** Element of a row of y that the first row of W gives, and elements from row to row. */
  readonly at?: number;
  readonly stride?: number;
  /** Runs on the newest row of a batch only, where no more are asked for. */
  readonly head?: boolean;
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

  /** Rows of the token embedding, scaled, into `out`. */
  embed(name: string, out: GPUBuffer, scale = 1): void {
    this.#lookUp(name, out, scale, false);
  }

  /** Rows of a table of learned positions onto `out`. */
  addPositions(name: string, out: GPUBuffer): void {
    this.#lookUp(name, out, 1, true);
  }

  #lookUp(name: string, out: GPUBuffer, scale: number, positions: boolean): void {
    const tensor = this.weight(name);
    const kernel = this.#gpu.kernel(ops.embed, { codec: `quant/${tensor.format.id}` });
    for (const slab of tensor.slabs) {
      const params = {
        cols: tensor.cols,
        first_row: slab.firstRow,
        rows: slab.rows,
        ...planeParams(slab.layout),
        scale,
        positions: positions ? 1 : 0,
      };
      const { tokens, state, arena } = this.#r;
      const buffers = { w4: slab.buffer, w: slab.buffer, tokens, state, x: out, points: tensor.points };
      this.#push(kernel.dispatch(buffers, params, [Math.ceil(tensor.cols / 256)], arena), (n) => n);
    }
  }

  /**
   * y (+)= x / rms(x) * weight, or LayerNorm where the architecture has it. `newest` takes only the newest token of the
   * batch, where no more are asked for.
   */
  norm(name: string, x: GPUBuffer, y: GPUBuffer, how: { newest?: boolean; accumulate?: boolean } = {}): void {
    const last = how.newest === true && this.#batch !== 'every';
    const weight = this.weight(`${name}.weight`);
    const { state, h, arena, traits } = this.#r;
    const buffers = { x, weight: weight.slabs[0]!.buffer, state, y };
    const params = { cols: weight.cols, epsilon: h.epsilon, last: last ? 1 : 0 };
    // Rows lie along x here.
    const dispatch =
      traits.norm === 'layer'
        ? this.#gpu
            .kernel(ops.layerNorm)
            .dispatch({ ...buffers, bias: this.weight(`${name}.bias`).slabs[0]!.buffer }, params, [1], arena)
        : this.#gpu
            .kernel(ops.rmsNorm)
            .dispatch(buffers, { ...params, accumulate: how.accumulate ? 1 : 0 }, [1], arena);
    if (last || this.#batch === 'one') this.steps.push({ dispatch });
    else this.steps.push({ dispatch, perTokens: (tokens) => -tokens });
  }

  /** Normalizes `groups` parts of every row of `x` in place, from element `at` on. */
  headNorm(name: string, x: GPUBuffer, groups: number, at: number, stride: number): void {
    const weight = this.weight(name);
    const params = { cols: weight.cols, stride, at, epsilon: this.#r.h.epsilon };
    const buffers = { weight: weight.slabs[0]!.buffer, x };
    this.#push(
      this.#gpu.kernel(ops.headNorm).dispatch(buffers, params, [groups], this.#r.arena),
      (tokens) => tokens,
    );
  }

  /** y (+)= scale * (W x + bias), capped; the bias is the file's, where it has one. */
  linear(name: string, x: GPUBuffer, y: GPUBuffer, how: LinearOptions = {}): void {
    const tensor = this.weight(`${name}.weight`);
    const codec = `quant/${tensor.format.id}`;
    const bias = this.#weights.get(`${name}.bias`)?.slabs[0]?.buffer;
    for (const slab of tensor.slabs) {
      const common = {
        rows: slab.rows,
        cols: tensor.cols,
        first_row: slab.firstRow,
        ...planeParams(slab.layout),
        accumulate: how.accumulate ? 1 : 0,
        has_bias: bias ? 1 : 0,
        scale: how.scale ?? 1,
        cap: how.cap ?? 0,
        at: how.at ?? 0,
      };
      const { points } = tensor;
      const buffers = { w4: slab.buffer, w: slab.buffer, x, y, points, bias: bias ?? x };
      if (this.#batch === 'one' || (how.head && this.#batch === 'many')) {
        const kernel = this.#gpu.kernel(ops.matvec, { codec });
        const workgroups = grid(Math.ceil(slab.rows / 4));
        this.steps.push({ dispatch: kernel.dispatch(buffers, common, workgroups, this.#r.arena) });
      } else {
        const kernel = this.#gpu.kernel(ops.matmul, { codec });
        const params = { ...common, stride: how.stride ?? tensor.rows };
        const rows = [Math.ceil(slab.rows / 128)] as const;
        const dispatch = kernel.dispatch({ ...buffers, state: this.#r.state }, params, rows, this.#r.arena);
        this.#push(dispatch, (tokens) => Math.ceil(tokens / 4));
      }
    }
  }

  /** Rotates q and k, writes k and v into the layer's cache. */
  ropeAndCache(layer: number): void {
    const { h, traits, state, rotation, localRotation, qkv, kCache, vCache, arena, kvType } = this.#r;
    const quads = ((h.heads + 2 * h.kvHeads) * h.headDim) / 4;
    const kernel = this.#gpu.kernel(ops.ropeCache, { kv_store: `kv/${kvType.toLowerCase()}-store` });
    const table = traits.localRope && slides(traits, h, layer) ? localRotation : rotation;
    const buffers = { state, rotation: table, qkv, k_cache: kCache[layer]!, v_cache: vCache[layer]! };
    const rotates = traits.rope !== 'none' && (traits.rotates?.(layer) ?? true);
    const params = {
      heads: h.heads,
      kv_heads: h.kvHeads,
      head_dim: h.headDim,
      rotary_dim: rotates ? h.rotaryDim : 0,
      halves: traits.rope === 'halves' ? 1 : 0,
    };
    this.#push(kernel.dispatch(buffers, params, [Math.ceil(quads / 64)], arena), (tokens) => tokens);
  }

  attention(layer: number, y: GPUBuffer): void {
    const { h, traits, state, qkv, kCache, vCache, arena, kvType } = this.#r;
    const kernel = this.#gpu.kernel(ops.attention, { kv_load: `kv/${kvType.toLowerCase()}` });
    const buffers = { state, q: qkv, k_cache: kCache[layer]!, v_cache: vCache[layer]!, y };
    const params = {
      heads: h.heads,
      kv_heads: h.kvHeads,
      head_dim: h.headDim,
      scale: h.attentionScale,
      cap: h.attentionCap,
      window: slides(traits, h, layer) ? h.window : 0,
    };
    this.#push(kernel.dispatch(buffers, params, [h.heads], arena), (tokens) => tokens);
  }

  get #tokens(): number {
    return this.#batch === 'one' ? 1 : this.#r.chunk;
  }
  get #activation(): { activation: string } {
    return { activation: `activation/${this.#r.traits.activation}` };
  }

  /** hidden = activation(gate) * up, for so many rows a token. */
  gated(gateUp: GPUBuffer, hidden: GPUBuffer, rowsPerToken = 1): void {
    const { state, h, arena } = this.#r;
    const quads = h.ffnWidth / 4;
    const all = grid(Math.ceil((quads * rowsPerToken * this.#tokens) / 64));
    const kernel = this.#gpu.kernel(ops.gated, this.#activation);
    const params = { quads, rows_per_token: rowsPerToken };
    this.steps.push({ dispatch: kernel.dispatch({ gate_up: gateUp, state, hidden }, params, all, arena) });
  }

  activate(hidden: GPUBuffer): void {
    const { state, h, arena } = this.#r;
    const quads = h.ffnWidth / 4;
    const all = grid(Math.ceil((quads * this.#tokens) / 64));
    const kernel = this.#gpu.kernel(ops.activate, this.#activation);
    this.steps.push({ dispatch: kernel.dispatch({ state, hidden }, { quads }, all, arena) });
  }

  /** Chooses the experts of each token by the router's logits. */
  route(logits: GPUBuffer): void {
    const { h, chosen, shares, arena } = this.#r;
    const params = { experts: h.experts, used: h.expertsUsed };
    const dispatch = this.#gpu.kernel(ops.route).dispatch({ logits, chosen, shares }, params, [1], arena);
    if (this.#batch === 'one') this.steps.push({ dispatch });
    else this.steps.push({ dispatch, perTokens: (tokens) => -tokens });
  }

  /** y = W[e] x for the chosen experts; `x` has a row a token, or one for each of its experts. */
  experts(
    name: string,
    x: GPUBuffer,
    y: GPUBuffer,
    how: { perToken: boolean; at?: number; stride: number },
  ): void {
    const tensor = this.weight(`${name}.weight`);
    const { h, chosen, arena } = this.#r;
    const kernel = this.#gpu.kernel(ops.expertMatvec, { codec: `quant/${tensor.format.id}` });
    const expertRows = tensor.rows / h.experts;
    for (const slab of tensor.slabs) {
      const params = {
        rows: slab.rows,
        cols: tensor.cols,
        first_row: slab.firstRow,
        ...planeParams(slab.layout),
        expert_rows: expertRows,
        pairs_per_row: how.perToken ? h.expertsUsed : 1,
        at: how.at ?? 0,
        stride: how.stride,
      };
      const buffers = { w4: slab.buffer, w: slab.buffer, x, chosen, y, points: tensor.points };
      const rows = Math.ceil(expertRows / 4);
      const dispatch = kernel.dispatch(buffers, params, [rows, h.expertsUsed], arena);
      this.#push(dispatch, (tokens) => tokens * h.expertsUsed);
    }
  }

  /** x += scale * what the experts gave, by their shares. */
  mixExperts(parts: GPUBuffer, x: GPUBuffer, scale: number): void {
    const { h, shares, state, arena } = this.#r;
    const params = { quads: h.width / 4, used: h.expertsUsed, scale };
    const all = grid(Math.ceil((params.quads * this.#tokens) / 64));
    const kernel = this.#gpu.kernel(ops.mixExperts);
    this.steps.push({ dispatch: kernel.dispatch({ parts, shares, state, x }, params, all, arena) });
  }

  surprise(targets: GPUBuffer, surprise: GPUBuffer): void {
    const { logits, vocabulary, arena } = this.#r;
    const buffers = { logits, targets, surprise };
    const dispatch = this.#gpu.kernel(ops.surprise).dispatch(buffers, { vocabulary }, [1], arena);
    this.steps.push({ dispatch, perTokens: (tokens) => -tokens });
  }

  sample(): void {
    const { logits, sampling, state, tokens, history, vocabulary, context, arena } = this.#r;
    const kernel = this.#gpu.kernel(ops.sample);
    const dispatch = kernel.dispatch(
      { logits, sampling, state, tokens, history },
      { vocabulary, capacity: context },
      [1],
      arena,
    );
    this.steps.push({ dispatch });
  }
}
