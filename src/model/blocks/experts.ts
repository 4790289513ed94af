import * as ops from '../../ops/kernels';
import type { DeviceTensor } from '../device-tensor';
import type { Input, Recorder } from './recorder';

/** Chooses the experts of each token from the router logits. */
function route(g: Recorder, logits: GPUBuffer): void {
  const { h, chosen, routingWeights, arena } = g.r;
  const params = { experts: h.experts, used: h.expertsUsed };
  const buffers = { logits, chosen, routing_weights: routingWeights };
  g.push(g.gpu.kernel(ops.route).dispatch(buffers, params, [1], arena), 'x');
}

/** Records a mixture of experts: out += residualScale * the weighted sum of the expert outputs. */
export function recordExperts(g: Recorder, layer: string, normalized: Input, out: GPUBuffer): void {
  const { hidden, routerLogits } = g.r;
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
  g.gatedExperts(gates, ups, input, hidden);
  g.mixedExperts(stack('ffn_down_exps', hidden, false), hidden, out);
}
