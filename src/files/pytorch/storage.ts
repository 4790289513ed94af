// Tensors of a pickle: views of storages, which lie elsewhere in the file. Source: torch/_utils.py and
// torch/serialization.py of PyTorch, read for names and order of arguments.
import { elementCount, type GgmlType, ggmlTypeByLabel } from '../ggml-types';
import {
  PickleDict,
  PickleGlobal,
  PickleMade,
  type PickleMaker,
  PickleTuple,
  type PickleValue,
} from './pickle/values';

const MAX_DIMENSIONS = 8;

/** Types of elements by the class of their storage, as safetensors names them. */
const STORAGES: Readonly<Record<string, string>> = {
  'torch.FloatStorage': 'F32',
  'torch.HalfStorage': 'F16',
  'torch.BFloat16Storage': 'BF16',
  'torch.DoubleStorage': 'F64',
  'torch.LongStorage': 'I64',
  'torch.IntStorage': 'I32',
  'torch.ShortStorage': 'I16',
  'torch.CharStorage': 'I8',
  'torch.ByteStorage': 'U8',
  'torch.BoolStorage': 'BOOL',
};

/** A run of elements in the file. */
export class Storage {
  constructor(
    readonly key: string,
    readonly dtype: string,
    readonly type: GgmlType,
    readonly count: number,
  ) {}
}
/** A view of a storage; offset and strides count elements. */
export class StoredTensor {
  constructor(
    readonly storage: Storage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

const isCount = (value: PickleValue | undefined): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const madeOf = <T extends object>(value: PickleValue | undefined, kind: new (...args: never[]) => T) =>
  value instanceof PickleMade && value.made instanceof kind ? value.made : undefined;

function counts(value: PickleValue | undefined, what: string): number[] {
  if (!(value instanceof PickleTuple)) throw new Error(`${what} is no tuple`);
  if (value.items.length > MAX_DIMENSIONS)
    throw new Error(`${what} has ${value.items.length} entries, expected at most ${MAX_DIMENSIONS}`);
  if (!value.items.every(isCount))
    throw new Error(
      `${what} is (${value.items.map((v) => (isCount(v) ? v : '?')).join(', ')}), expected counts`,
    );
  return value.items as number[];
}

/** `_rebuild_tensor` and `_rebuild_tensor_v2`: storage, offset, size, stride; what follows is of training. */
const rebuildTensor: PickleMaker = ([place, offset, size, stride]) => {
  const storage = madeOf(place, Storage);
  if (!storage) throw new Error('the first argument is no storage');
  const shape = counts(size, 'the size');
  const strides = counts(stride, 'the stride');
  if (!isCount(offset)) throw new Error('the offset is no count');
  if (shape.length !== strides.length)
    throw new Error(`${shape.length} dimensions have ${strides.length} strides`);
  const elements = elementCount(shape);
  if (elements === undefined) throw new Error(`the size (${shape.join(', ')}) has a product beyond 2^53`);
  const last = shape.reduce((at, n, d) => at + (n - 1) * strides[d]!, offset);
  if (elements > 0 && !(last < storage.count))
    throw new Error(
      `a tensor of (${shape.join(', ')}) with strides (${strides.join(', ')}) from ${offset} on reaches element ${last} of a storage of ${storage.count}`,
    );
  return new PickleMade(new StoredTensor(storage, offset, shape, strides));
};

/** A parameter is its tensor. */
const rebuildParameter: PickleMaker = ([tensor]) => {
  const made = madeOf(tensor, StoredTensor);
  if (!made) throw new Error('the first argument is no tensor');
  return new PickleMade(made);
};

/** An empty dictionary, or one of pairs. */
const orderedDict: PickleMaker = ([pairs]) => {
  if (pairs !== undefined) throw new Error('it begins with items; expected none');
  return new PickleDict();
};

/** All that a checkpoint may name. What has no maker is a name alone. */
export const MAKERS: ReadonlyMap<string, PickleMaker | null> = new Map<string, PickleMaker | null>([
  ['collections.OrderedDict', orderedDict],
  ['torch._utils._rebuild_tensor', rebuildTensor],
  ['torch._utils._rebuild_tensor_v2', rebuildTensor],
  ['torch._utils._rebuild_parameter', rebuildParameter],
  ['torch.Size', ([sizes]) => new PickleTuple(counts(sizes, 'the size'))],
  ...Object.keys(STORAGES).map((name) => [name, null] as const),
]);

/** The storage that a persistent id stands for: ("storage", class, key, device, elements), of old with a view, which is none. */
export function storageOf(id: PickleValue): PickleMade {
  if (!(id instanceof PickleTuple)) throw new Error('it is no tuple');
  const [kind, type, key, , count, view] = id.items;
  if (kind !== 'storage') throw new Error('it stands for no storage');
  const dtype = type instanceof PickleGlobal ? STORAGES[type.name] : undefined;
  if (!dtype) throw new Error('its class is no storage');
  if (typeof key !== 'string' || !isCount(count)) throw new Error('its key is no text, or its size no count');
  if (view !== undefined && view !== null)
    throw new Error('it is a view of another storage, as no PyTorch since 0.4 writes');
  // Bytes and truth values are kept as they are.
  const label = dtype === 'U8' || dtype === 'BOOL' ? 'I8' : dtype;
  return new PickleMade(new Storage(key, dtype, ggmlTypeByLabel(label), count));
}

/** Tensors of a state dict by name, and what else is in it. */
export interface StateDict {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly others: readonly string[];
}

/** Names under which training programs keep the weights. */
const NESTED = ['state_dict', 'model_state_dict', 'model', 'module'];

function partsOf(dict: PickleDict): StateDict {
  const tensors = new Map<string, StoredTensor>();
  const others: string[] = [];
  for (const [key, value] of dict.entries) {
    const tensor = madeOf(value, StoredTensor);
    if (tensor && typeof key === 'string') tensors.set(key, tensor);
    else others.push(typeof key === 'string' ? key : '?');
  }
  return { tensors, others };
}

/** The tensors of a pickle: of the dictionary itself, or of the one in it that training programs name so. */
export function stateDictOf(value: PickleValue): StateDict | undefined {
  if (!(value instanceof PickleDict)) return undefined;
  const own = partsOf(value);
  if (own.tensors.size > 0) return own;
  for (const name of NESTED) {
    const inner = value.entries.get(name);
    const found = inner instanceof PickleDict ? partsOf(inner) : undefined;
    if (found && found.tensors.size > 0) return found;
  }
  return undefined;
}

/** The bytes of a storage's elements. */
export interface StoragePlace {
  readonly sizeBytes: number;
  read(start: number, end: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
}
/** A checkpoint's pickle, and where its storages are by key. */
export interface Unpacked {
  readonly state: StateDict | undefined;
  readonly places: ReadonlyMap<string, StoragePlace>;
}
