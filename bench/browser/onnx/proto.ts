// The subset of protobuf and onnx.proto that a dense decoder needs.

/** A message field: varint, length-delimited string or bytes, or float. */
type Field = readonly [number: number, value: number | bigint | string | Uint8Array | { float: number }];

function varint(value: number | bigint): number[] {
  const out: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 127n) {
    out.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return [...out, Number(rest)];
}

function field([number, value]: Field): Buffer {
  if (typeof value === 'number' || typeof value === 'bigint')
    return Buffer.from([...varint(number << 3), ...varint(value)]);
  if (typeof value === 'object' && 'float' in value) {
    const bytes = Buffer.alloc(4);
    bytes.writeFloatLE(value.float);
    return Buffer.concat([Buffer.from(varint((number << 3) | 5)), bytes]);
  }
  const bytes = Buffer.from(value as Uint8Array);
  return Buffer.concat([Buffer.from([...varint((number << 3) | 2), ...varint(bytes.length)]), bytes]);
}
const message = (...fields: readonly Field[]): Buffer => Buffer.concat(fields.map(field));

/** Ids of TensorProto.DataType. */
const DATA = { float: 1, uint8: 2, int32: 6, int64: 7 } as const;
export type DataType = keyof typeof DATA;

/** A constant of the graph. */
export const tensor = (name: string, type: DataType, shape: readonly number[], raw: Uint8Array): Buffer =>
  message(...shape.map((d): Field => [1, d]), [2, DATA[type]], [8, name], [9, raw]);

/** An input or output; string dimensions are symbolic. */
export function valueInfo(name: string, type: DataType, shape: readonly (number | string)[]): Buffer {
  const dimensions = shape.map((d): Field => [1, message(typeof d === 'number' ? [1, d] : [2, d])]);
  const tensorType = message([1, DATA[type]], [2, message(...dimensions)]);
  return message([1, name], [2, message([1, tensorType])]);
}

const attribute = (name: string, value: number | { float: number }): Buffer =>
  typeof value === 'number'
    ? message([1, name], [3, value], [20, 2])
    : message([1, name], [2, value], [20, 1]);

export interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, number | { float: number }>>;
  /** ONNX Runtime's own operators are in com.microsoft. */
  readonly domain?: string;
}

const node = (n: Node): Buffer =>
  message(
    ...n.inputs.map((name): Field => [1, name]),
    ...n.outputs.map((name): Field => [2, name]),
    [3, n.outputs[0]!],
    [4, n.op],
    ...Object.entries(n.attributes ?? {}).map(([name, value]): Field => [5, attribute(name, value)]),
    ...(n.domain ? [[7, n.domain] as const] : []),
  );

export interface Graph {
  readonly nodes: readonly Node[];
  readonly constants: readonly Buffer[];
  readonly inputs: readonly Buffer[];
  readonly outputs: readonly Buffer[];
}

/** Encodes a ModelProto. */
export function model({ nodes, constants, inputs, outputs }: Graph): Buffer {
  const graph = message(
    ...nodes.map((n): Field => [1, node(n)]),
    [2, 'decoder'],
    ...constants.map((t): Field => [5, t]),
    ...inputs.map((v): Field => [11, v]),
    ...outputs.map((v): Field => [12, v]),
  );
  const opset = (domain: string, version: number) => message([1, domain], [2, version]);
  return message([1, 9], [2, 'nibble'], [7, graph], [8, opset('', 17)], [8, opset('com.microsoft', 1)]);
}
