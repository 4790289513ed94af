import * as ops from '../../ops/kernels';
import { type DeviceTensor, joined, planeParams } from '../device-tensor';
import { pathOf, tilesFor } from './matvec';
import type { Input, Recorder } from './recorder';

/** Chooses the experts of each token by the router's logits. */
function route(g: Recorder, logits: GPUBuffer): void {
  const { h, chosen, shares, arena } = g.r;
  const params = { experts: h.experts, used: h.expertsUsed };
  g.push(g.gpu.kernel(ops.route).dispatch({ logits, chosen, shares }, params, [1], arena), 'x');
}

/** What the chosen experts read, and what becomes of what they give. */
interface ExpertRows {
  readonly input: Input;
  /** Whether a token's experts read the same row, or one each. */
  readonly isShared: boolean;
  readonly y: GPUBuffer;
  /** Elements from row to row of y. */
  readonly stride: number;
  readonly at?: number;
  /** Rows of the stack are gates, and as many further on what they let through. */
  readonly isGated?: boolean;
  /** y += scale * the sum by shares, a row a token; otherwise y has a row for each of its experts. */
  readonly mixScale?: number;
}

/** y = W[e] x for the chosen experts of every token. */
function expertProducts(g: Recorder, tensor: DeviceTensor, p: ExpertRows): void {
  const { gpu } = g;
  const { h, chosen, shares, arena, paths } = g.r;
  const { x, norm } = p.input;
  const path = pathOf(gpu, paths.one, tensor.format, tensor.cols);
  const isMixed = p.mixScale !== undefined;
  const expertRows = tensor.rows / h.experts / (p.isGated ? 2 : 1);
  const kernel = gpu.kernel(
    ops.expertMatvec,
    {
      codec: `quant/${tensor.format.id}`,
      dot: path === 'int8' ? 'lib/dot-int8' : 'lib/dot-f32',
      ...g.activation,
    },
    {
      TEAMS: gpu.teams,
      NORM: norm === undefined ? 0 : 1,
      GATED: p.isGated ? 1 : 0,
      MIX: isMixed ? 1 : 0,
      ...(path === 'int8' ? { STAGED: tensor.cols } : {}),
    },
  );
  const sets = Math.ceil(expertRows / ((p.isGated ? 2 : 4) * gpu.teams));
  const tiles = tilesFor(gpu, sets);
  const normWeights = norm === undefined ? x : g.vector(`${norm}.weight`);
  for (const slab of tensor.slabs) {
    const params = {
      rows: slab.rows,
      cols: tensor.cols,
      first_row: slab.firstRow,
      ...planeParams(slab.layout),
      expert_rows: expertRows,
      pairs_per_row: p.isShared ? h.expertsUsed : 1,
      each: isMixed ? h.expertsUsed : 1,
      at: p.at ?? 0,
      stride: p.stride,
      scale: p.mixScale ?? 1,
      epsilon: h.epsilon,
      tiles,
      partner: expertRows * h.experts,
    };
    const weights = { w4: slab.buffer, w: slab.buffer, points: tensor.points };
    const buffers = { ...weights, x, norm: normWeights, chosen, shares, y: p.y };
    // A token takes so many columns of the grid.
    const columns = isMixed ? 1 : h.expertsUsed;
    const workgroups = [Math.ceil(sets / tiles), columns] as const;
    g.push(kernel.dispatch(buffers, params, workgroups, arena), 'y', columns);
  }
}

/** A mixture of experts in place of a feed-forward: `out` gets what they give, scaled, added to it. */
export function recordExperts(g: Recorder, layer: string, normalized: Input, out: GPUBuffer): void {
  const { h, gateUp, hidden, routerLogits } = g.r;
  g.linear([`${layer}.ffn_gate_inp`], normalized, routerLogits);
  route(g, routerLogits);
  const input = g.asRead(normalized);
  const stack = (name: string, x: GPUBuffer, perToken: boolean): DeviceTensor => {
    const tensor = g.weight(`${layer}.${name}.weight`);
    g.tap?.({ names: [`${layer}.${name}`], x, cols: tensor.cols, experts: { perToken } });
    return tensor;
  };
  const gates = stack('ffn_gate_exps', input.x, true);
  const ups = stack('ffn_up_exps', input.x, true);
  const both = joined([gates, ups]);
  const shared = { input, isShared: true };
  if (both) expertProducts(g, both, { ...shared, y: hidden, stride: h.ffnWidth, isGated: true });
  else {
    const stride = 2 * h.ffnWidth;
    expertProducts(g, gates, { ...shared, y: gateUp, stride });
    expertProducts(g, ups, { ...shared, y: gateUp, stride, at: h.ffnWidth });
    g.gated(gateUp, hidden, h.expertsUsed);
  }
  const downs = stack('ffn_down_exps', hidden, false);
  const own = { input: { x: hidden }, isShared: false };
  expertProducts(g, downs, { ...own, y: out, stride: h.width, mixScale: h.residualScale });
}
