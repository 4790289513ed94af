import { grid } from '../../gpu/kernel';
import * as ops from '../../ops/kernels';
import { planeParams } from '../device-tensor';
import type { Recorder } from './recorder';

/** Chooses the experts of each token by the router's logits. */
function route(g: Recorder, logits: GPUBuffer): void {
  const { h, chosen, shares, arena } = g.r;
  const params = { experts: h.experts, used: h.expertsUsed };
  g.push(g.gpu.kernel(ops.route).dispatch({ logits, chosen, shares }, params, [1], arena), 'x');
}

/** y = W[e] x for the chosen experts; `x` has a row a token, or one for each of its experts. */
function expertProducts(
  g: Recorder,
  name: string,
  x: GPUBuffer,
  y: GPUBuffer,
  how: { perToken: boolean; at?: number; stride: number },
): void {
  const tensor = g.weight(`${name}.weight`);
  const { h, chosen, arena } = g.r;
  g.tap?.({ names: [name], x, cols: tensor.cols, experts: { perToken: how.perToken } });
  const kernel = g.gpu.kernel(ops.expertMatvec, { codec: `quant/${tensor.format.id}` });
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
    const workgroups = [Math.ceil(expertRows / 4), h.expertsUsed] as const;
    g.push(kernel.dispatch(buffers, params, workgroups, arena), 'y', h.expertsUsed);
  }
}

/** x += scale * what the experts gave, by their shares. */
function mixExperts(g: Recorder, parts: GPUBuffer, x: GPUBuffer, scale: number): void {
  const { h, shares, state, arena } = g.r;
  const params = { quads: h.width / 4, used: h.expertsUsed, scale };
  const all = grid(Math.ceil((params.quads * g.tokens) / 64));
  const kernel = g.gpu.kernel(ops.mixExperts);
  g.steps.push({ dispatch: kernel.dispatch({ parts, shares, state, x }, params, all, arena) });
}

/** A mixture of experts in place of a feed-forward: `out` gets what they give, scaled, added to it. */
export function recordExperts(g: Recorder, layer: string, x: GPUBuffer, out: GPUBuffer): void {
  const { h, gateUp, hidden, routerLogits, expertOut } = g.r;
  const stride = 2 * h.ffnWidth;
  g.linear([`${layer}.ffn_gate_inp`], { x }, routerLogits);
  route(g, routerLogits);
  expertProducts(g, `${layer}.ffn_gate_exps`, x, gateUp, { perToken: true, stride });
  expertProducts(g, `${layer}.ffn_up_exps`, x, gateUp, { perToken: true, stride, at: h.ffnWidth });
  g.gated(gateUp, hidden, h.expertsUsed);
  expertProducts(g, `${layer}.ffn_down_exps`, hidden, expertOut, { perToken: false, stride: h.width });
  mixExperts(g, expertOut, out, h.residualScale);
}
