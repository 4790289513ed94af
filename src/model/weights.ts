import type { BufferOwner } from '../gpu/memory';
import type { ModelFile, TensorSource } from '../files/model-file';
import type { Gpu } from '../gpu/gpu';
import type { QuantFormat } from '../quant/format';
import { formatByLabel, quantFormats } from '../quant/registry';
import { FileError, UnsupportedError } from '../util/errors';
import {
  allocateTensors,
  type DeviceTensor,
  joinedShape,
  matrixShape,
  planSlabs,
  ROW_STEP,
} from './device-tensor';
import { CodebookBuffers, codebookBytes } from './codebook-buffers';
import type { Plan, PlannedTensor } from './plan';

/** Format of a tensor on the device. Vectors (norms, biases) are float32, whatever the file holds. */
export const residentFormat = (tensor: PlannedTensor) =>
  tensor.shape.length === 1 ? formatByLabel('F32') : quantFormats.find((f) => f.ggmlType === tensor.type.id);

/** Tensors of a layer that share an input. In one buffer they need only one product. */
const TOGETHER = [
  ['attn_q', 'attn_k', 'attn_v'],
  ['ffn_gate', 'ffn_up'],
  ['ffn_gate_exps', 'ffn_up_exps'],
  ['attn_q_norm', 'attn_k_norm'],
];

/** Tensors that share a buffer: one, or a group of TOGETHER. */
interface Allocation {
  readonly format: QuantFormat;
  readonly tensors: readonly PlannedTensor[];
}

/** Groups the tensors of a plan by buffer. TOGETHER applies where formats and the binding limit allow. */
function allocations(plan: Plan, maxBindingBytes: number): Allocation[] {
  const byName = new Map(plan.tensors.map((t) => [t.name, t]));
  const taken = new Set<string>();
  const out: Allocation[] = [];
  for (const tensor of plan.tensors) {
    if (taken.has(tensor.name)) continue;
    const format = residentFormat(tensor);
    if (!format) continue;
    let tensors = [tensor];
    const [, layer, role, kind] = /^(blk\.\d+\.)(\w+)\.(weight|bias)$/.exec(tensor.name) ?? [];
    const names = TOGETHER.find((n) => n.includes(role ?? ''))?.map((n) => `${layer}${n}.${kind}`);
    const group = names?.flatMap((name) => byName.get(name) ?? []) ?? [];
    if (group.length === names?.length && fitTogether(group, format, maxBindingBytes)) tensors = group;
    for (const { name } of tensors) taken.add(name);
    out.push({ format, tensors });
  }
  return out;
}

function fitTogether(group: readonly PlannedTensor[], format: QuantFormat, maxBindingBytes: number): boolean {
  const shapes = group.map((t) => matrixShape(t.shape));
  const isVector = group[0]!.shape.length === 1;
  const step = isVector ? (n: { cols: number }) => n.cols : (n: { rows: number }) => n.rows;
  if (group.some((t) => residentFormat(t) !== format || (t.shape.length === 1) !== isVector)) return false;
  if (!isVector && shapes.some((s) => s.cols !== shapes[0]!.cols)) return false;
  if (shapes.some((s) => step(s) % ROW_STEP !== 0)) return false;
  const { rows, cols } = joinedShape(group);
  return planSlabs(format, rows, cols, maxBindingBytes).length === 1;
}

/** Weights of a model on the device. All buffers belong to `owner`. */
export interface Weights {
  readonly owner: BufferOwner;
  readonly tensors: ReadonlyMap<string, DeviceTensor>;
}

/** GPU bytes of the weights of a plan. */
export function weightBytes(plan: Plan, maxBindingBytes: number): number {
  const parts = allocations(plan, maxBindingBytes);
  const slabs = parts.flatMap(({ format, tensors }) => {
    const { rows, cols } = joinedShape(tensors);
    return planSlabs(format, rows, cols, maxBindingBytes);
  });
  return slabs.reduce((n, s) => n + s.layout.sizeBytes, 0) + codebookBytes(parts.map((a) => a.format));
}

/** Number of slabs of the weights of a plan, without grouping. */
export function slabCount(plan: Plan, maxBindingBytes: number): number {
  let count = 0;
  for (const tensor of plan.tensors) {
    const format = residentFormat(tensor);
    const { rows, cols } = matrixShape(tensor.shape);
    if (format) count += planSlabs(format, rows, cols, maxBindingBytes).length;
  }
  return count;
}

/** Allocates the weights of a plan. Throws UnsupportedError for a type that has no format here. */
export async function allocateWeights(gpu: Gpu, owner: BufferOwner, plan: Plan): Promise<Weights> {
  const tensors = new Map<string, DeviceTensor>();
  const codebooks = new CodebookBuffers(gpu, owner);
  const foreign = plan.tensors.find((t) => !residentFormat(t));
  if (foreign)
    throw new UnsupportedError(
      `${foreign.name} is ${foreign.type.label}, which cannot be held on the GPU yet.`,
      'Take a level that converts it.',
    );
  for (const part of allocations(plan, gpu.maxBindingBytes))
    for (const tensor of await allocateTensors(gpu, owner, part.format, part.tensors, codebooks))
      tensors.set(tensor.name, tensor);
  return { owner, tensors };
}

/** Largest tensor that is read as a whole: RoPE factors, a number for each pair of a head's dimensions. */
const MAX_SMALL_TENSOR_BYTES = 1 << 20;

/** Reads a small tensor, such as RoPE factors, as float32; undefined if absent. Throws FileError if it is no such. */
export async function readSmallTensor(model: ModelFile, name: string): Promise<Float32Array | undefined> {
  const tensor: TensorSource | undefined = model.tensors.find((t) => t.name === name);
  if (!tensor) return undefined;
  const format = quantFormats.find((f) => f.ggmlType === tensor.type.id);
  if (!format || tensor.sizeBytes > MAX_SMALL_TENSOR_BYTES)
    throw new FileError(
      `${model.label}: ${name} is ${tensor.type.label} of ${tensor.sizeBytes} bytes, expected a few numbers as F32.`,
      'The file is damaged. Convert it again.',
    );
  return format.decode(await tensor.read(0, tensor.sizeBytes));
}
