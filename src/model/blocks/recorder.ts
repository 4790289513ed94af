import type { Gpu } from '../../gpu/gpu';
import { type Dispatch, grid } from '../../gpu/kernel';
import * as ops from '../../ops/kernels';
import { UnsupportedError } from '../../util/errors';
import { slides } from '../arch/architecture';
import { type DeviceTensor, joined, planeParams, type Slab } from '../device-tensor';
import { kvLayout } from '../kv-cache';
import type { Runtime } from '../runtime';
import { matvecDispatch } from './matvec';
import type { Step } from './steps';

/** Epilogue of a product. */
export interface LinearOptions {
  /** Add to y instead of overwriting it. */
  readonly accumulate?: boolean;
  readonly scale?: number;
  readonly cap?: number;
}

/** Input rows of products, with the name of a norm to apply. */
export interface Input {
  readonly x: GPUBuffer;
  readonly norm?: string;
}

/** A product to record: a slab of W, and its place in the rows of y. */
export interface Product {
  readonly tensor: DeviceTensor;
  readonly slab: Slab;
  readonly bias: Slab | undefined;
  /** Offset in a row of y, and row stride of y, in elements. */
  readonly at: number;
  readonly stride: number;
}

/** Input rows of the products of the named tensors. */
export interface TappedRows {
  readonly names: readonly string[];
  readonly x: GPUBuffer;
  readonly cols: number;
  /** Set for experts; `perToken` if a token's experts share a row, else each has its own. */
  readonly experts?: { readonly perToken: boolean };
}

/**
 * Records the dispatches of a model's graph. All resources are created here, once; running creates nothing. Subclasses
 * record a decode step (decode.ts) or a prefill pass (prefill.ts).
 */
export abstract class Recorder {
  readonly gpu: Gpu;
  readonly r: Runtime;
  readonly #weights: ReadonlyMap<string, DeviceTensor>;
  readonly steps: Step[] = [];
  /** Called before each product with its float32 input rows; may record steps. */
  tap: ((rows: TappedRows) => void) | undefined;

  constructor(gpu: Gpu, runtime: Runtime, weights: ReadonlyMap<string, DeviceTensor>) {
    this.gpu = gpu;
    this.r = runtime;
    this.#weights = weights;
  }

  /** Input of rows with a norm, which is either recorded now or fused into the kernels that read it. */
  abstract normalized(x: GPUBuffer, name: string): Input;
  /** Input for products other than `linear`: float32 rows, already normalized or with a norm to fuse. */
  abstract asRead(input: Input): Input;
  /** y (+)= cap(scale * (W x + bias)) for matrices whose outputs are concatenated in y; biases come from the file. */
  abstract linear(names: readonly string[], input: Input, y: GPUBuffer, how?: LinearOptions): void;
  /** y = activation(gate) * up. The rows of W are the gates, then the up projections. */
  abstract gatedLinear(names: readonly string[], input: Input, y: GPUBuffer): void;
  /** y = activation(gate) * up, one row per (token, expert) pair. */
  abstract gatedExperts(gates: DeviceTensor, ups: DeviceTensor, input: Input, y: GPUBuffer): void;
  /** out += residualScale * the sum of W[e] x over the chosen experts, weighted by routing weights. */
  abstract mixedExperts(downs: DeviceTensor, x: GPUBuffer, out: GPUBuffer): void;
  /** Writes the batch's keys and values to the KV cache, then attends over it. */
  abstract attention(layer: number, y: GPUBuffer): void;
  /** Logits of the newest token or of every token. */
  abstract logits(x: GPUBuffer, norm: string, head: string, how: LinearOptions): void;
  /** Records a dispatch whose grid has `each` workgroups per token of the batch along an axis. */
  abstract push(dispatch: Dispatch, axis: 'x' | 'y', each?: number): void;
  /** Maximum tokens of a batch. */
  abstract get tokens(): number;

  weight(name: string): DeviceTensor {
    const tensor = this.#weights.get(name);
    if (!tensor)
      throw new UnsupportedError(`The model has no tensor "${name}", which its architecture needs.`);
    return tensor;
  }
  has(name: string): boolean {
    return this.#weights.has(name);
  }
  vector(name: string): GPUBuffer {
    return this.weight(name).slabs[0]!.buffer;
  }

  /** Products of matrices that share an input, joined into one if they and their biases are adjacent in a buffer. */
  products(names: readonly string[]): Product[] {
    const all = names.map((n) => this.weight(`${n}.weight`));
    const biases = names.map((n) => this.#weights.get(`${n}.bias`));
    const stride = all.reduce((n, t) => n + t.rows, 0);
    const whole = joined(all);
    const biased = biases.filter((b) => b !== undefined);
    const bias = biased.length === all.length ? joined(biased) : undefined;
    const isOne = whole !== undefined && (biased.length === 0 || bias !== undefined);
    const parts = isOne ? [{ tensor: whole, bias }] : all.map((tensor, i) => ({ tensor, bias: biases[i] }));
    let at = 0;
    return parts.flatMap((part) => {
      const { tensor } = part;
      const first = at;
      at += tensor.rows;
      return tensor.slabs.map((slab) => ({
        tensor,
        slab,
        bias: part.bias?.slabs[0],
        at: first + slab.firstRow,
        stride,
      }));
    });
  }
  /** Records a decode product; `gates` if its rows are gates and up projections. */
  matvec(product: Product, input: Input, y: GPUBuffer, how: LinearOptions = {}, gates = false): void {
    const { r } = this;
    const dispatch = matvecDispatch(this.gpu, r.arena, {
      ...product,
      ...how,
      path: r.paths.decode,
      x: input.x,
      norm: input.norm === undefined ? undefined : this.vector(`${input.norm}.weight`),
      epsilon: r.h.epsilon,
      y,
      ...(gates ? { gates: this.activation.activation } : {}),
    });
    this.steps.push({ dispatch });
  }

  /** out = scale * rows of the token embedding. */
  embed(name: string, out: GPUBuffer, scale = 1): void {
    this.#lookUp(name, out, scale, false);
  }
  /** out += rows of a table of learned positions. */
  addPositions(name: string, out: GPUBuffer): void {
    this.#lookUp(name, out, 1, true);
  }
  #lookUp(name: string, out: GPUBuffer, scale: number, positions: boolean): void {
    const tensor = this.weight(name);
    const kernel = this.gpu.kernel(ops.embed, { codec: `quant/${tensor.format.id}` });
    for (const slab of tensor.slabs) {
      const params = {
        cols: tensor.cols,
        first_row: slab.firstRow,
        rows: slab.rows,
        ...planeParams(slab.layout),
        scale,
        positions: positions ? 1 : 0,
      };
      const { tokens, state, arena } = this.r;
      const buffers = { w4: slab.buffer, w: slab.buffer, tokens, state, x: out, points: tensor.points };
      this.push(kernel.dispatch(buffers, params, [Math.ceil(tensor.cols / 256)], arena), 'y');
    }
  }

  /**
   * y (+)= RMS norm of x, or y = LayerNorm of x, by architecture. `newest`: only the newest token of the batch, to row
   * 0 of y.
   */
  norm(name: string, x: GPUBuffer, y: GPUBuffer, how: { newest?: boolean; accumulate?: boolean } = {}): void {
    const { state, h, arena, traits } = this.r;
    const weight = this.weight(`${name}.weight`);
    const buffers = { x, weight: weight.slabs[0]!.buffer, state, y };
    const params = { cols: weight.cols, epsilon: h.epsilon, last: how.newest ? 1 : 0 };
    const dispatch =
      traits.norm === 'layer'
        ? this.gpu
            .kernel(ops.layerNorm)
            .dispatch({ ...buffers, bias: this.vector(`${name}.bias`) }, params, [1], arena)
        : this.gpu
            .kernel(ops.rmsNorm)
            .dispatch(buffers, { ...params, accumulate: how.accumulate ? 1 : 0 }, [1], arena);
    if (how.newest) this.steps.push({ dispatch });
    else this.push(dispatch, 'x');
  }

  /** RMS norm in place of a part of every row of `x`, from element `at` on. */
  rowNorm(name: string, x: GPUBuffer, at: number, stride: number): void {
    const weight = this.weight(name);
    const slab = weight.slabs[0]!;
    const params = { cols: weight.cols, stride, at, epsilon: this.r.h.epsilon, weight_at: slab.base };
    const kernel = this.gpu.kernel(ops.headNorm);
    this.push(kernel.dispatch({ weight: slab.buffer, x }, params, [1], this.r.arena), 'y');
  }

  /** Buffers, params, slots and constants that the attention kernels share. */
  protected heads(layer: number) {
    const { h, traits, state, rotation, localRotation, qkv, kCache, vCache, kvType, context } = this.r;
    const isSliding = slides(traits, h, layer);
    const rotates = traits.rope !== 'none' && (traits.rotates?.(layer) ?? true);
    const name = `blk.${layer}.attn_q_norm.weight`;
    const isNormed = traits.headNorm === 'head' && this.has(name);
    // The norms of queries and keys are adjacent in one buffer (model/weights.ts).
    if (isNormed) this.weight(`blk.${layer}.attn_k_norm.weight`);
    return {
      buffers: {
        state,
        rotation: traits.localRope && isSliding ? localRotation : rotation,
        qkv,
        head_norm: isNormed ? this.vector(name) : qkv,
        k_cache: kCache[layer]!,
        v_cache: vCache[layer]!,
      },
      params: {
        heads: h.heads,
        kv_heads: h.kvHeads,
        epsilon: h.epsilon,
        kv_scales: kvLayout(kvType, h, context).scalesAt,
      },
      view: { scale: h.attentionScale, cap: h.attentionCap, window: isSliding ? h.window : 0 },
      slots: {
        kv: `kv/${kvType.toLowerCase()}`,
        kv_store: `kv/${kvType.toLowerCase()}-store`,
      },
      constants: {
        HEAD_DIM: h.headDim,
        HEAD_NORM: isNormed ? 1 : 0,
        NEOX: traits.rope === 'halves' ? 1 : 0,
        ROTARY: rotates ? h.rotaryDim : 0,
        DEEP: this.gpu.onCpu ? 1 : 0,
      },
    };
  }

  get activation(): { activation: string } {
    return { activation: `activation/${this.r.traits.activation}` };
  }

  /** hidden = activation(gate) * up for `rowsPerToken` rows per token. */
  gated(gateUp: GPUBuffer, hidden: GPUBuffer, rowsPerToken = 1): void {
    const { state, h, arena } = this.r;
    const quads = h.ffnWidth / 4;
    const all = grid(Math.ceil((quads * rowsPerToken * this.tokens) / 64));
    const kernel = this.gpu.kernel(ops.gated, this.activation);
    const params = { quads, rows_per_token: rowsPerToken };
    this.steps.push({ dispatch: kernel.dispatch({ gate_up: gateUp, state, hidden }, params, all, arena) });
  }

  activate(hidden: GPUBuffer): void {
    const { state, h, arena } = this.r;
    const quads = h.ffnWidth / 4;
    const all = grid(Math.ceil((quads * this.tokens) / 64));
    const kernel = this.gpu.kernel(ops.activate, this.activation);
    this.steps.push({ dispatch: kernel.dispatch({ state, hidden }, { quads }, all, arena) });
  }
}
