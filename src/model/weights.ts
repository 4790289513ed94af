import type { ModelFile, TensorSource } from '../files/model-file';
import type { Gpu } from '../gpu/gpu';
import type { QuantFormat } from '../quant/format';
import { formatByLabel, quantFormats } from '../quant/registry';
import { UnsupportedError } from '../util/errors';
import { allocateTensor, deviceBytes, type DeviceTensor, matrixShape, planSlabs } from './device-tensor';
import { LatticeBuffers, latticeBytes } from './lattice-buffers';
import type { Plan, PlannedTensor } from './plan';

/** One-dimensional weights (norms, biases) are float32 on the device whatever the file holds. */
export const residentFormat = (tensor: PlannedTensor) =>
  tensor.shape.length === 1 ? formatByLabel('F32') : quantFormats.find((f) => f.ggmlType === tensor.type.id);

const residentFormats = (plan: Plan): QuantFormat[] => plan.tensors.flatMap((t) => residentFormat(t) ?? []);

/** The tensors of a model on the device. All buffers belong to `owner`. */
export interface Weights {
  readonly owner: string;
  readonly tensors: ReadonlyMap<string, DeviceTensor>;
}

/** GPU bytes that the weights of a plan will take. */
export function weightBytes(plan: Plan, maxBindingBytes: number): number {
  let sum = 0;
  for (const tensor of plan.tensors) {
    const format = residentFormat(tensor);
    if (format) sum += deviceBytes(format, tensor.shape, maxBindingBytes);
  }
  return sum + latticeBytes(residentFormats(plan));
}

/** How many buffers the weights of a plan will take. */
export function slabCount(plan: Plan, maxBindingBytes: number): number {
  let count = 0;
  for (const tensor of plan.tensors) {
    const format = residentFormat(tensor);
    const { rows, cols } = matrixShape(tensor.shape);
    if (format) count += planSlabs(format, rows, cols, maxBindingBytes).length;
  }
  return count;
}

export async function allocateWeights(gpu: Gpu, owner: string, plan: Plan): Promise<Weights> {
  const tensors = new Map<string, DeviceTensor>();
  const lattices = new LatticeBuffers(gpu, owner);
  for (const tensor of plan.tensors) {
    const format = residentFormat(tensor);
    if (!format)
      throw new UnsupportedError(
        `${tensor.name} is ${tensor.type.label}, which cannot be held on the GPU yet.`,
        'Take a level that converts it.',
      );
    tensors.set(tensor.name, await allocateTensor(gpu, owner, tensor.name, format, tensor.shape, lattices));
  }
  return { owner, tensors };
}

/** A whole small float32 tensor (RoPE factors, say) on the CPU. */
export async function readSmallTensor(model: ModelFile, name: string): Promise<Float32Array | undefined> {
  const tensor: TensorSource | undefined = model.tensors.find((t) => t.name === name);
  if (!tensor || tensor.sizeBytes > 1 << 20) return undefined;
  const format = quantFormats.find((f) => f.ggmlType === tensor.type.id);
  return format?.decode(await tensor.read(0, tensor.sizeBytes));
}
