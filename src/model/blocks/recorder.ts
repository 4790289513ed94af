import type { Gpu } from '../../gpu/gpu';
import { type Dispatch, grid } from '../../gpu/kernel';
import * as ops from '../../ops/kernels';
import { UnsupportedError } from '../../util/errors';
import { slides } from '../arch/architecture';
import { type DeviceTensor, joined, planeParams, type Slab } from '../device-tensor';
import { kvLayout } from '../kv-cache';
import { type Runtime, sampleClasses } from '../runtime';
import { matvecDispatch } from './matvec';
import type { Step } from './steps';

/** How a product is stored. */
export interface LinearOptions {
  /** Add to what is there. */
  readonly accumulate?: boolean;
  readonly scale?: number;
  readonly cap?: number;
}

/** Rows that go into products: as they are, or normalized by the weights of that name. */
export interface Input {
  readonly x: GPUBuffer;
  readonly norm?: string;
}

/** A product to record: rows of W in one buffer, and where they go in a row of y. */
export interface Product {
  readonly tensor: DeviceTensor;
  readonly slab: Slab;
  readonly bias: Slab | undefined;
  /** First element in a row of y, and elements from row to row. */
  readonly at: number;
  readonly stride: number;
}

/** Rows that go into the products of some names. */
export interface TappedRows {
  readonly names: readonly string[];
  readonly x: GPUBuffer;
  readonly cols: number;
  /** Where each token's chosen experts have rows: of their own, or one for all of them. */
  readonly experts?: { readonly perToken: boolean };
}

/**
 * Builds the steps of a model from the blocks that papers draw. Everything is made here, once; running creates nothing.
 * What one token takes and what many take differ: see decode.ts and batch.ts.
 */
export abstract class Recorder {
  readonly gpu: Gpu;
  readonly r: Runtime;
  readonly #weights: ReadonlyMap<string, DeviceTensor>;
  readonly steps: Step[] = [];
  /** Is told of the float32 rows that go into each product, before it, and may record steps. */
  tap: ((rows: TappedRows) => void) | undefined;

  constructor(gpu: Gpu, runtime: Runtime, weights: ReadonlyMap<string, DeviceTensor>) {
    this.gpu = gpu;
    this.r = runtime;
    this.#weights = weights;
  }

  /** Rows that a norm of this name goes before; the norm is run or left to what reads it. */
  abstract normalized(x: GPUBuffer, name: string): Input;
  /** What a product can read that is no `linear`: float32 rows, normalized already or to be while they are read. */
  abstract asRead(input: Input): Input;
  /** y (+)= scale * (W x + bias), capped, for matrices that lie below each other in y; biases are the file's. */
  abstract linear(names: readonly string[], input: Input, y: GPUBuffer, how?: LinearOptions): void;
  /** y = activation(gate) * up, where the rows of W are gates first and then as many others. */
  abstract gatedLinear(names: readonly string[], input: Input, y: GPUBuffer): void;
  /** y = activation(gate) * up of the chosen experts, a row for each of a token's. */
  abstract gatedExperts(gates: DeviceTensor, ups: DeviceTensor, input: Input, y: GPUBuffer): void;
  /** out += scale * the sum by their shares of what the chosen experts make of a row of x each. */
  abstract mixedExperts(downs: DeviceTensor, x: GPUBuffer, out: GPUBuffer): void;
  /** Attention over the cache, into which the batch's own keys and values go first. */
  abstract attention(layer: number, y: GPUBuffer): void;
  /** Logits of the newest token, or of every one. */
  abstract logits(x: GPUBuffer, norm: string, head: string, how: LinearOptions): void;
  /** A step that runs for every token of the batch, along an axis of its grid. */
  abstract push(dispatch: Dispatch, axis: 'x' | 'y', each?: number): void;
  /** Most tokens of a batch. */
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

  /** Matrices below each other: as one where they lie in one buffer, with their biases. */
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
  /** One product for one token; `gates` when its rows are gates and what they let through. */
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
   * y (+)= x / rms(x) * weight, or LayerNorm where the architecture has it. `newest` takes only the newest token of the
   * batch, into row 0.
   */
  norm(name: string, x: GPUBuffer, y: GPUBuffer, how: { newest?: boolean; accumulate?: boolean } = {}): void {
    const { state, h, arena, traits } = this.r;
    const weight = this.weight(`${name}.weight`);
    const buffers = { x, weight: weight.slabs[0]!.buffer, state, y };
    const params = { cols: weight.cols, epsilon: h.epsilon, last: how.newest ? 1 : 0 };
    // Rows lie along x here.
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

  /** Normalizes a part of every row of `x` in place, from element `at` on. */
  rowNorm(name: string, x: GPUBuffer, at: number, stride: number): void {
    const weight = this.weight(name);
    const slab = weight.slabs[0]!;
    const params = { cols: weight.cols, stride, at, epsilon: this.r.h.epsilon, weight_at: slab.base };
    const kernel = this.gpu.kernel(ops.headNorm);
    this.push(kernel.dispatch({ weight: slab.buffer, x }, params, [1], this.r.arena), 'y');
  }

  /** What the kernels of attention share: buffers, parameters, constants, and how far the layer sees. */
  protected heads(layer: number) {
    const { h, traits, state, rotation, localRotation, qkv, kCache, vCache, kvType, context } = this.r;
    const isSliding = slides(traits, h, layer);
    const rotates = traits.rope !== 'none' && (traits.rotates?.(layer) ?? true);
    const name = `blk.${layer}.attn_q_norm.weight`;
    const isNormed = traits.headNorm === 'head' && this.has(name);
    // The norms of queries and keys lie one after the other (model/weights.ts).
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

  /** hidden = activation(gate) * up, for so many rows a token. */
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

  sample(): void {
    const { logits, sampling, state, tokens, history, vocabulary, context, arena } = this.r;
    const looked = { logits, sampling, state, classes: this.r.classes };
    const classes = sampleClasses(vocabulary);
    const survey = this.gpu.kernel(ops.survey);
    this.steps.push({ dispatch: survey.dispatch(looked, { vocabulary, classes }, [classes / 64], arena) });
    const buffers = { ...looked, tokens, history };
    const params = { vocabulary, classes, capacity: context };
    this.steps.push({ dispatch: this.gpu.kernel(ops.sample).dispatch(buffers, params, [1], arena) });
  }
}
