import type { Gpu } from '../../gpu/gpu';
import { type Dispatch, grid } from '../../gpu/kernel';
import * as ops from '../../ops/kernels';
import { attentionShape, prefillConstants } from '../attention-shape';
import { type DeviceTensor, joined } from '../device-tensor';
import { type ComputePath, ROUNDED_BYTES, type Runtime } from '../runtime';
import { prefillPathOf, matmulDispatch, type Routed, roundDispatch } from './matmul';
import { type Input, type LinearOptions, type Product, Recorder } from './recorder';

/** Placement of a stack's output in the rows of y, and the rows that it reads. */
interface ExpertPlace extends Pick<Routed, 'pairsPerRow'>, Partial<Pick<Routed, 'isGated'>> {
  readonly stride: number;
  readonly at?: number;
}

/**
 * Records a prefill pass of up to `chunk` tokens, with logits of the newest token (a prompt) or of every token
 * (evaluation). A norm runs once for all products that read it.
 */
export class PrefillRecorder extends Recorder {
  readonly #every: boolean;
  /** The inputs whose rows are in `normed` and in `codes`. */
  #floats: Input | undefined;
  #rounded: { readonly input: Input; readonly path: ComputePath } | undefined;

  constructor(gpu: Gpu, runtime: Runtime, weights: ReadonlyMap<string, DeviceTensor>, every: boolean) {
    super(gpu, runtime, weights);
    this.#every = every;
  }
  get tokens(): number {
    return this.r.chunk;
  }
  push(dispatch: Dispatch, axis: 'x' | 'y', each = 1): void {
    const count = (e: { tokens: number }) => e.tokens * each;
    this.steps.push(axis === 'x' ? { dispatch, x: count } : { dispatch, y: count });
  }

  normalized(x: GPUBuffer, name: string): Input {
    return { x, norm: name };
  }

  /** Rows of an input in float32, normalized if it has a norm. */
  #asFloats(input: Input): GPUBuffer {
    if (input.norm === undefined) return input.x;
    if (this.#floats !== input) this.norm(input.norm, input.x, this.r.normed);
    this.#floats = input;
    return this.r.normed;
  }

  asRead(input: Input): Input {
    return { x: this.#asFloats(input) };
  }

  /** Rounds the rows of an input for a compute path, unless they are in `codes` already. */
  #round(input: Input, path: ComputePath, cols: number, rowsPerToken: number): void {
    if (this.#rounded?.input === input && this.#rounded.path === path) return;
    this.#rounded = { input, path };
    const { codes, activationScales, h, traits, arena } = this.r;
    // The rounding kernels fuse only RMS norms.
    const isFused = input.norm !== undefined && traits.norm === 'rms';
    const x = isFused ? input.x : this.#asFloats(input);
    const norm = isFused ? this.vector(`${input.norm}.weight`) : undefined;
    const rounding = { path, x, norm, cols, epsilon: h.epsilon, codes, scales: activationScales };
    this.push(roundDispatch(this.gpu, arena, rounding), 'x', rowsPerToken);
  }

  linear(names: readonly string[], input: Input, y: GPUBuffer, how: LinearOptions = {}): void {
    const products = this.products(names);
    this.tap?.({ names, x: this.#asFloats(input), cols: products[0]!.tensor.cols });
    for (const product of products) this.#matmul(product, input, y, how);
  }

  #matmul(product: Product, input: Input, y: GPUBuffer, how: LinearOptions = {}, routed?: Routed): void {
    const { r } = this;
    const path = prefillPathOf(this.gpu, r.paths.prefill, product.tensor);
    const isRounded = ROUNDED_BYTES[path] > 0;
    const rowsPerToken = routed ? r.h.expertsUsed / routed.pairsPerRow : 1;
    if (isRounded) this.#round(input, path, product.tensor.cols, rowsPerToken);
    const x = isRounded ? r.codes : this.#asFloats(input);
    const scales = isRounded ? r.activationScales : x;
    const { dispatch, tokensPerWorkgroup } = matmulDispatch(this.gpu, r.arena, {
      ...product,
      ...how,
      path,
      x,
      scales,
      state: r.state,
      y,
      routed,
    });
    this.steps.push({ dispatch, y: (e) => Math.ceil(e.tokens / tokensPerWorkgroup) });
  }

  gatedLinear(names: readonly string[], input: Input, y: GPUBuffer): void {
    this.linear(names, input, this.r.gateUp);
    this.gated(this.r.gateUp, y);
  }

  /** Products of a stack of experts with the tokens routed to them. Rows of y are (token, expert) pairs. */
  #expertMatmul(tensor: DeviceTensor, input: Input, y: GPUBuffer, place: ExpertPlace): void {
    const { at = 0, stride, isGated = false, pairsPerRow } = place;
    const routed = { experts: this.r.h.experts, isGated, pairsPerRow, sorted: this.r.sortedPairs };
    for (const slab of tensor.slabs)
      this.#matmul({ tensor, slab, bias: undefined, at, stride }, input, y, {}, routed);
  }

  gatedExperts(gates: DeviceTensor, ups: DeviceTensor, input: Input, y: GPUBuffer): void {
    const { h, chosen, state, gateUp, sortedPairs: sorted, arena } = this.r;
    const sort = this.gpu.kernel(ops.sortPairs, {}, { EXPERTS: h.experts });
    const params = { experts: h.experts, used: h.expertsUsed };
    this.steps.push({ dispatch: sort.dispatch({ chosen, state, sorted }, params, [1], arena) });
    const both = joined([gates, ups]);
    const place = { stride: 2 * h.ffnWidth, pairsPerRow: h.expertsUsed };
    if (both) this.#expertMatmul(both, input, gateUp, { ...place, isGated: true });
    else {
      this.#expertMatmul(gates, input, gateUp, place);
      this.#expertMatmul(ups, input, gateUp, { ...place, at: h.ffnWidth });
    }
    this.gated(gateUp, y, h.expertsUsed);
  }

  mixedExperts(downs: DeviceTensor, x: GPUBuffer, out: GPUBuffer): void {
    // The gate and up projections are no longer needed.
    const { h, routingWeights, state, gateUp: parts, arena } = this.r;
    this.#expertMatmul(downs, { x }, parts, { stride: h.width, pairsPerRow: 1 });
    const quads = h.width / 4;
    const params = { quads, used: h.expertsUsed, scale: h.residualScale };
    const all = grid(Math.ceil((quads * this.tokens) / 64));
    const mix = this.gpu.kernel(ops.mixExperts);
    const buffers = { parts, routing_weights: routingWeights, state, x: out };
    this.steps.push({ dispatch: mix.dispatch(buffers, params, all, arena) });
  }

  attention(layer: number, y: GPUBuffer): void {
    const { h, arena } = this.r;
    const { buffers, params, view, slots, constants } = this.heads(layer);
    const units = h.kvHeads * Math.ceil(h.headDim / 32);
    const write = this.gpu.kernel(ops.writeCache, slots, constants);
    this.push(write.dispatch(buffers, params, [Math.ceil(units / 32)], arena), 'y');
    const shape = attentionShape(this.gpu);
    const kernel = this.gpu.kernel(ops.attentionPrefill, slots, {
      ...constants,
      ...prefillConstants(this.gpu, shape),
    });
    const group = h.heads / h.kvHeads;
    this.steps.push({
      dispatch: kernel.dispatch({ ...buffers, y }, { ...params, ...view }, [h.kvHeads], arena),
      y: (e) => Math.ceil((e.tokens * group) / 4),
    });
  }

  logits(x: GPUBuffer, norm: string, head: string, how: LinearOptions): void {
    const { normed, logits } = this.r;
    if (this.#every) {
      this.linear([head], this.normalized(x, norm), logits, how);
      return;
    }
    this.norm(norm, x, normed, { newest: true });
    for (const product of this.products([head])) this.matvec(product, { x: normed }, logits, how);
  }
}
