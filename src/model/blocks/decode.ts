import type { Dispatch } from '../../gpu/kernel';
import * as ops from '../../ops/kernels';
import { attentionShape, decodeConstants } from '../attention-shape';
import type { DeviceTensor } from '../device-tensor';
import { maxKvSplits, kvSplitCount } from '../kv-cache';
import { decodeGatedExperts, decodeMixedExperts } from './expert-matvec';
import { type Input, type LinearOptions, Recorder } from './recorder';

/**
 * Records a decode step. Norms are fused into the products that read them, gate and activation into the products that
 * write them, RoPE and the cache write into attention.
 */
export class DecodeRecorder extends Recorder {
  get tokens(): number {
    return 1;
  }
  push(dispatch: Dispatch): void {
    this.steps.push({ dispatch });
  }

  normalized(x: GPUBuffer, name: string): Input {
    if (this.r.traits.norm === 'rms') return { x, norm: name };
    this.norm(name, x, this.r.normed);
    return { x: this.r.normed };
  }

  asRead(input: Input): Input {
    return input;
  }

  linear(names: readonly string[], input: Input, y: GPUBuffer, how: LinearOptions = {}): void {
    for (const product of this.products(names)) this.matvec(product, input, y, how);
  }

  gatedLinear(names: readonly string[], input: Input, y: GPUBuffer): void {
    const products = this.products(names);
    const [product] = products;
    if (products.length === 1) this.matvec(product!, input, y, {}, true);
    else {
      this.linear(names, input, this.r.gateUp);
      this.gated(this.r.gateUp, y);
    }
  }

  gatedExperts(gates: DeviceTensor, ups: DeviceTensor, input: Input, y: GPUBuffer): void {
    decodeGatedExperts(this, gates, ups, input, y);
  }
  mixedExperts(downs: DeviceTensor, x: GPUBuffer, out: GPUBuffer): void {
    decodeMixedExperts(this, downs, x, out);
  }

  attention(layer: number, y: GPUBuffer): void {
    const { h, context, parts, state, arena } = this.r;
    const { buffers, params, view, slots, constants } = this.heads(layer);
    const { window } = view;
    const shape = attentionShape(this.gpu);
    const { shortest, evenSplits } = shape.splits;
    const splits = { shortest, even_splits: evenSplits, max_splits: maxKvSplits(context) };
    const count = (positions: number) => kvSplitCount(positions, window, shape.splits);
    // Cuts the query heads of a key head into even sets of at most four.
    const sets = Math.ceil(h.heads / h.kvHeads / 4);
    const ROWS = Math.ceil(h.heads / h.kvHeads / sets);
    const kernel = this.gpu.kernel(ops.attentionDecode, slots, {
      ...constants,
      ...decodeConstants(this.gpu, shape, h.headDim),
      ROWS,
    });
    this.steps.push({
      dispatch: kernel.dispatch(
        { ...buffers, parts, y },
        { ...params, ...view, ...splits },
        [h.kvHeads * sets],
        arena,
      ),
      y: (e) => count(e.positions),
    });
    const combine = this.gpu.kernel(ops.attentionCombine, {}, { WIDTH: this.gpu.onCpu ? 32 : 128 });
    this.steps.push({
      dispatch: combine.dispatch(
        { state, parts, y },
        { window, ...splits, quads: h.headDim / 4 },
        [h.heads],
        arena,
      ),
      x: (e) => (count(e.positions) > 1 ? h.heads : 0),
    });
  }

  logits(x: GPUBuffer, norm: string, head: string, how: LinearOptions): void {
    this.linear([head], this.normalized(x, norm), this.r.logits, how);
  }
}
