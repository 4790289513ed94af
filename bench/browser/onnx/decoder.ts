// Converts a GGUF Llama to the ONNX graph of ONNX Runtime's model builder: MatMulNBits, GroupQueryAttention with its
// cache as inputs and outputs, norms fused with the preceding additions. Q4_0 and Q8_0 blocks are repacked bit by bit,
// so the weights equal the GGUF's.
import type { ModelFile, TensorSource } from '../../../src/files/model-file';
import { formatByGgmlType } from '../../../src/quant/registry';
import { runnableOf } from '../../../src/infer/model-runtime';
import { f16ToFloat } from '../../../src/util/half';
import { type DataType, type Graph, model, type Node, tensor, valueInfo } from './proto';

const bytesOf = (x: Float32Array): Uint8Array => new Uint8Array(x.buffer, x.byteOffset, x.byteLength);

/** Blocks of 32 as codes in order and scales; null for types that MatMulNBits lacks. */
export function repack(
  type: string,
  blocks: Uint8Array,
): { bits: 4 | 8; codes: Uint8Array; scales: Float32Array } | null {
  const view = new DataView(blocks.buffer, blocks.byteOffset, blocks.byteLength);
  if (type === 'Q4_0') {
    const count = blocks.length / 18;
    const codes = new Uint8Array(16 * count);
    const scales = new Float32Array(count);
    for (let b = 0; b < count; b++) {
      scales[b] = f16ToFloat(view.getUint16(18 * b, true));
      const code = (i: number) => (blocks[18 * b + 2 + (i & 15)]! >> (i < 16 ? 0 : 4)) & 15;
      for (let j = 0; j < 16; j++) codes[16 * b + j] = code(2 * j) | (code(2 * j + 1) << 4);
    }
    return { bits: 4, codes, scales };
  }
  if (type === 'Q8_0') {
    const count = blocks.length / 34;
    const codes = new Uint8Array(32 * count);
    const scales = new Float32Array(count);
    for (let b = 0; b < count; b++) {
      scales[b] = f16ToFloat(view.getUint16(34 * b, true));
      // MatMulNBits codes are unsigned around 128.
      for (let j = 0; j < 32; j++) codes[32 * b + j] = view.getInt8(34 * b + 2 + j) + 128;
    }
    return { bits: 8, codes, scales };
  }
  return null;
}

/** KV cache inputs and outputs of the graph; `shape` is that of an empty one. */
export interface OnnxCache {
  readonly layers: number;
  readonly shape: readonly number[];
}

const MICROSOFT = 'com.microsoft';
/** MatMulNBits accuracy level: int8 activations, like the int8 compute path here. */
const INT8_ACTIVATIONS = 4;

class Builder {
  readonly nodes: Node[] = [];
  readonly constants: Buffer[] = [];
  readonly #tensors: ReadonlyMap<string, TensorSource>;

  constructor(file: ModelFile) {
    this.#tensors = new Map(file.tensors.map((t) => [t.name, t]));
  }
  has(name: string): boolean {
    return this.#tensors.has(name);
  }
  #source(name: string): TensorSource {
    const found = this.#tensors.get(name);
    if (!found) throw new Error(`there is no ${name}`);
    return found;
  }
  constant(name: string, type: DataType, shape: readonly number[], raw: Uint8Array): string {
    this.constants.push(tensor(name, type, shape, raw));
    return name;
  }
  /** A tensor decoded to float32, shape [rows, cols]. */
  async floats(name: string): Promise<{ x: Float32Array; shape: number[] }> {
    const source = this.#source(name);
    const raw = await source.read(0, source.sizeBytes);
    return { x: formatByGgmlType(source.type.id)!.decode(raw), shape: [...source.shape].reverse() };
  }
  async floatConstant(name: string): Promise<string> {
    const { x, shape } = await this.floats(name);
    return this.constant(name, 'float', shape, bytesOf(x));
  }
  push(
    op: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes?: Node['attributes'],
    domain?: string,
  ) {
    this.nodes.push({
      op,
      inputs,
      outputs,
      ...(attributes ? { attributes } : {}),
      ...(domain ? { domain } : {}),
    });
  }

  /** out = x W^T. */
  async product(name: string, x: string, out: string): Promise<string> {
    const source = this.#source(name);
    const [cols, rows] = source.shape as [number, number];
    const packed = repack(source.type.label, await source.read(0, source.sizeBytes));
    if (!packed) {
      // Other types (a Q4_0 file has a Q6_K output matrix) are multiplied as float32.
      const { x: w } = await this.floats(name);
      const across = new Float32Array(w.length);
      for (let r = 0; r < rows; r++) for (let c = 0; c < cols; c++) across[c * rows + r] = w[r * cols + c]!;
      this.push('MatMul', [x, this.constant(`${name}.t`, 'float', [cols, rows], bytesOf(across))], [out]);
      return out;
    }
    const { bits, codes, scales } = packed;
    const b = this.constant(`${name}.codes`, 'uint8', [rows, cols / 32, 4 * bits], codes);
    const s = this.constant(`${name}.scales`, 'float', [(rows * cols) / 32], bytesOf(scales));
    const attributes = { K: cols, N: rows, bits, block_size: 32, accuracy_level: INT8_ACTIVATIONS };
    this.push('MatMulNBits', [x, b, s], [out], attributes, MICROSOFT);
    return out;
  }
}

/**
 * Builds the graph of a Llama: inputs `ids`, `seqlens_k`, `total` and the cache; outputs `logits` of the newest token
 * and the cache.
 */
export async function onnxDecoder(
  file: ModelFile,
  context: number,
): Promise<{ bytes: Buffer; cache: OnnxCache }> {
  const { h, vocabulary } = runnableOf(file);
  const g = new Builder(file);
  const epsilon = { float: h.epsilon };
  const half = h.rotaryDim / 2;
  const angles = (of: (angle: number) => number) =>
    Float32Array.from({ length: context * half }, (_, i) =>
      of(Math.floor(i / half) * h.ropeBase ** ((-2 * (i % half)) / h.rotaryDim)),
    );
  g.constant('cos', 'float', [context, half], bytesOf(angles(Math.cos)));
  g.constant('sin', 'float', [context, half], bytesOf(angles(Math.sin)));
  g.push('Gather', [await g.floatConstant('token_embd.weight'), 'ids'], ['x']);
  g.push('SimplifiedLayerNormalization', ['x', await g.floatConstant('blk.0.attn_norm.weight')], ['n'], {
    axis: -1,
    epsilon,
    stash_type: 1,
  });
  let [x, n] = ['x', 'n'];
  /** x += added, then the RMS norm of x with the named weights. */
  const addAndNorm = async (added: string, weights: string) => {
    const [next, sum] = [`${weights}.out`, `${weights}.sum`];
    const inputs = [x, added, await g.floatConstant(weights)];
    g.push('SkipSimplifiedLayerNormalization', inputs, [next, '', '', sum], { epsilon }, MICROSOFT);
    [x, n] = [sum, next];
  };
  const cacheShape = [1, h.kvHeads, 'past', h.headDim];
  const grownShape = [1, h.kvHeads, 'all', h.headDim];
  const inputs = [
    valueInfo('ids', 'int64', [1, 'tokens']),
    valueInfo('seqlens_k', 'int32', [1]),
    valueInfo('total', 'int32', [1]),
  ];
  const outputs = [valueInfo('logits', 'float', [1, vocabulary])];
  for (let i = 0; i < h.layers; i++) {
    const p = `blk.${i}`;
    const [q, k, v] = [
      await g.product(`${p}.attn_q.weight`, n, `${p}.q`),
      await g.product(`${p}.attn_k.weight`, n, `${p}.k`),
      await g.product(`${p}.attn_v.weight`, n, `${p}.v`),
    ];
    g.push(
      'GroupQueryAttention',
      [q, k, v, `past.${i}.key`, `past.${i}.value`, 'seqlens_k', 'total', 'cos', 'sin'],
      [`${p}.attended`, `present.${i}.key`, `present.${i}.value`],
      // GGUF Llamas interleave the two halves of a rotation.
      { num_heads: h.heads, kv_num_heads: h.kvHeads, do_rotary: 1, rotary_interleaved: 1 },
      MICROSOFT,
    );
    await addAndNorm(
      await g.product(`${p}.attn_output.weight`, `${p}.attended`, `${p}.o`),
      `${p}.ffn_norm.weight`,
    );
    const gate = await g.product(`${p}.ffn_gate.weight`, n, `${p}.gate`);
    const up = await g.product(`${p}.ffn_up.weight`, n, `${p}.up`);
    g.push('Sigmoid', [gate], [`${p}.sigmoid`]);
    g.push('Mul', [gate, `${p}.sigmoid`], [`${p}.silu`]);
    g.push('Mul', [`${p}.silu`, up], [`${p}.hidden`]);
    const down = await g.product(`${p}.ffn_down.weight`, `${p}.hidden`, `${p}.down`);
    await addAndNorm(down, i + 1 < h.layers ? `blk.${i + 1}.attn_norm.weight` : 'output_norm.weight');
    for (const kind of ['key', 'value']) {
      inputs.push(valueInfo(`past.${i}.${kind}`, 'float', cacheShape));
      outputs.push(valueInfo(`present.${i}.${kind}`, 'float', grownShape));
    }
  }
  g.constant('newest', 'int64', [], new Uint8Array(new BigInt64Array([-1n]).buffer));
  g.push('Gather', [n, 'newest'], ['last'], { axis: 1 });
  await g.product(g.has('output.weight') ? 'output.weight' : 'token_embd.weight', 'last', 'logits');
  const graph: Graph = { nodes: g.nodes, constants: g.constants, inputs, outputs };
  return { bytes: model(graph), cache: { layers: h.layers, shape: [1, h.kvHeads, 0, h.headDim] } };
}
