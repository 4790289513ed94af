import * as ops from '../../ops/kernels';
import { type DeviceTensor, joined, planeParams } from '../device-tensor';
import { dotOf, decodePathOf, tilesFor } from './matvec';
import type { Input, Recorder } from './recorder';

// Experts of a decode step. Norm, gate and routing weights are fused into the products.

interface ExpertRows {
  readonly input: Input;
  readonly y: GPUBuffer;
  /** Row stride of y, in elements. */
  readonly stride: number;
  readonly at?: number;
  /** The stack holds the gates of all experts, then their up projections. */
  readonly isGated?: boolean;
  /**
   * If set, each expert reads its own row of x and y += mixScale * the sum by routing weights. Otherwise all read the
   * same row and y has a row per expert.
   */
  readonly mixScale?: number;
}

/** Records y = W[e] x for the chosen experts. */
function expertProducts(g: Recorder, tensor: DeviceTensor, p: ExpertRows): void {
  const { gpu } = g;
  const { h, chosen, routingWeights, arena, paths } = g.r;
  const { x, norm } = p.input;
  const isMixed = p.mixScale !== undefined;
  const expertRows = tensor.rows / h.experts / (p.isGated ? 2 : 1);
  const dot = dotOf(decodePathOf(gpu, paths.decode, tensor.format, tensor.cols), tensor.cols);
  const kernel = gpu.kernel(
    ops.expertMatvec,
    { codec: `quant/${tensor.format.id}`, ...dot.slots, ...g.activation },
    {
      SUBGROUPS: gpu.subgroupsPerWorkgroup,
      NORM: norm === undefined ? 0 : 1,
      GATED: p.isGated ? 1 : 0,
      MIX: isMixed ? 1 : 0,
      ...dot.constants,
    },
  );
  const sets = Math.ceil(expertRows / ((p.isGated ? 2 : 4) * gpu.subgroupsPerWorkgroup));
  const tiles = tilesFor(gpu, sets);
  const normWeights = norm === undefined ? x : g.vector(`${norm}.weight`);
  for (const slab of tensor.slabs) {
    const params = {
      rows: slab.rows,
      cols: tensor.cols,
      first_row: slab.firstRow,
      ...planeParams(slab.layout),
      expert_rows: expertRows,
      used: h.expertsUsed,
      at: p.at ?? 0,
      stride: p.stride,
      scale: p.mixScale ?? 1,
      epsilon: h.epsilon,
      tiles,
      partner: expertRows * h.experts,
    };
    const weights = { w4: slab.buffer, w: slab.buffer, points: tensor.points };
    const buffers = { ...weights, x, norm: normWeights, chosen, routing_weights: routingWeights, y: p.y };
    const workgroups = [Math.ceil(sets / tiles), isMixed ? 1 : h.expertsUsed] as const;
    g.steps.push({ dispatch: kernel.dispatch(buffers, params, workgroups, arena) });
  }
}

/** Records y = activation(gate) * up, one row per chosen expert. */
export function decodeGatedExperts(
  g: Recorder,
  gates: DeviceTensor,
  ups: DeviceTensor,
  input: Input,
  y: GPUBuffer,
): void {
  const { h, gateUp } = g.r;
  const both = joined([gates, ups]);
  if (both) {
    expertProducts(g, both, { input, y, stride: h.ffnWidth, isGated: true });
    return;
  }
  const rows = { input, y: gateUp, stride: 2 * h.ffnWidth };
  expertProducts(g, gates, rows);
  expertProducts(g, ups, { ...rows, at: h.ffnWidth });
  g.gated(gateUp, y, h.expertsUsed);
}

/** Records out += residualScale * the expert outputs, weighted by routing weights. */
export function decodeMixedExperts(g: Recorder, downs: DeviceTensor, x: GPUBuffer, out: GPUBuffer): void {
  const { width, residualScale } = g.r.h;
  expertProducts(g, downs, { input: { x }, y: out, stride: width, mixScale: residualScale });
}
