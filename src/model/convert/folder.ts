import type { ByteSource } from '../../files/byte-source';
import { ggmlTypeByLabel } from '../../files/ggml-types';
import { type MetaValue, u32Value } from '../../files/gguf/metadata';
import type { ModelFile, TensorSource } from '../../files/model-file';
import { readSafetensors, type SafeTensor } from '../../files/safetensors/read';
import { formatByLabel } from '../../quant/registry';
import { bytesOf } from '../../util/bytes';
import { FileError, UnsupportedError } from '../../util/errors';
import { interleaveHeads } from './interleave';
import type { Converter } from './llama';
import { converters } from './registry';
import { vocabularyMetadata } from './vocabulary';

type Json = Record<string, unknown>;
const MAX_SMALL_FILE = 64 * 1024 * 1024;

const baseName = (path: string): string => path.split('/').pop() ?? path;

async function readSmall(source: ByteSource): Promise<Uint8Array<ArrayBuffer>> {
  if (source.sizeBytes > MAX_SMALL_FILE)
    throw new FileError(`${source.name} has ${source.sizeBytes} bytes, expected at most ${MAX_SMALL_FILE}.`);
  return source.read(0, source.sizeBytes);
}

async function readJson(source: ByteSource): Promise<Json> {
  try {
    return JSON.parse(new TextDecoder().decode(await readSmall(source))) as Json;
  } catch (error) {
    throw new FileError(
      `${source.name} is no JSON: ${error instanceof Error ? error.message : String(error)}`,
      'Download it again.',
    );
  }
}

function chooseConverter(config: Json, label: string): Converter {
  const names = Array.isArray(config.architectures) ? config.architectures.map(String) : [];
  const converter = converters.find((c) => c.huggingFace.some((n) => names.includes(n)));
  if (converter) return converter;
  const known = converters.flatMap((c) => c.huggingFace).join(', ');
  throw new UnsupportedError(
    `${label}: config.json says architecture "${names.join(', ') || String(config.model_type ?? 'missing')}", which cannot be converted yet (known: ${known}).`,
    'A GGUF of any architecture can be inspected, quantized and exported.',
  );
}

/** All tensors of the folder; every shard that the index names must be there. */
async function readShards(files: readonly ByteSource[], label: string): Promise<SafeTensor[]> {
  const shards = files.filter((f) => f.name.endsWith('.safetensors'));
  const index = files.find((f) => f.name.endsWith('.safetensors.index.json'));
  if (index) {
    const map = (await readJson(index)).weight_map;
    if (typeof map !== 'object' || map === null)
      throw new FileError(`${index.name} has no "weight_map".`, 'Download it again.');
    const wanted = [...new Set(Object.values(map as Record<string, string>))];
    const missing = wanted.filter((name) => !shards.some((s) => baseName(s.name) === name));
    if (missing.length > 0)
      throw new FileError(
        `${label}: ${missing.length} of ${wanted.length} weight files are missing: ${missing.join(', ')}.`,
        'Drop all of them together with the folder.',
      );
  }
  const tensors: SafeTensor[] = [];
  const seen = new Set<string>();
  for (const shard of shards)
    for (const tensor of await readSafetensors(shard)) {
      if (seen.has(tensor.name))
        throw new FileError(
          `${shard.name}: tensor "${tensor.name}" is in another file too.`,
          'Drop one model at a time.',
        );
      seen.add(tensor.name);
      tensors.push(tensor);
    }
  if (tensors.length === 0)
    throw new FileError(
      `${label}: there is no tensor in ${shards.length} safetensors files.`,
      'Add the weight files.',
    );
  return tensors;
}

/** A float32 tensor made here. */
function computedTensor(name: string, values: Float32Array<ArrayBuffer>): TensorSource {
  const bytes = bytesOf(values);
  return {
    name,
    shape: [values.length],
    type: ggmlTypeByLabel('F32'),
    sizeBytes: bytes.length,
    read: (start, end) => Promise.resolve(bytes.slice(start, end)),
  };
}

/** One-dimensional tensors become float32, as the reference converter writes them. */
function asFloat32(tensor: TensorSource): TensorSource {
  if (tensor.type.label === 'F32') return tensor;
  const format = formatByLabel(tensor.type.label);
  const each = tensor.type.blockBytes;
  return {
    ...tensor,
    type: ggmlTypeByLabel('F32'),
    sizeBytes: (tensor.sizeBytes / each) * 4,
    read: async (start, end) => {
      const raw = await tensor.read(0, tensor.sizeBytes);
      return bytesOf(format.decode(raw)).slice(start, end);
    },
  };
}

function toGguf(tensor: SafeTensor, name: string, converter: Converter, config: Json): TensorSource {
  const source: TensorSource = { ...tensor, name, shape: [...tensor.shape].reverse() };
  if (source.shape.length === 1) return asFloat32(source);
  const heads = converter.interleavedHeads(name, config);
  if (heads === 0) return source;
  const rows = source.shape[1]!;
  if (rows % (2 * heads) !== 0)
    throw new FileError(
      `Tensor "${tensor.name}" has ${rows} rows, which ${heads} heads do not divide.`,
      'config.json and the weights do not fit together.',
    );
  return interleaveHeads(source, heads);
}

/** A Hugging Face folder as the GGUF that the reference converter would make of it, read lazily. */
export async function readFolder(files: readonly ByteSource[], label: string): Promise<ModelFile> {
  const find = (name: string) => files.find((f) => baseName(f.name) === name);
  const configFile = find('config.json');
  if (!configFile)
    throw new FileError(
      `${label}: there is no config.json beside the weights.`,
      'Drop the whole folder of the model.',
    );
  const config = await readJson(configFile);
  const converter = chooseConverter(config, label);
  const json = async (name: string) => {
    const file = find(name);
    return file ? readJson(file) : undefined;
  };
  const tensors = await readShards(files, label);
  const tied = config.tie_word_embeddings === true;
  const converted: TensorSource[] = [];
  for (const tensor of tensors) {
    const name = converter.tensorName(tensor.name);
    if (name === undefined || (tied && name === 'output.weight')) continue;
    converted.push(toGguf(tensor, name, converter, config));
  }
  const factors = converter.ropeFactors(config);
  if (factors) converted.unshift(computedTensor('rope_freqs.weight', factors));
  const embedding = converted.find((t) => t.name === 'token_embd.weight');
  const model = find('tokenizer.model');
  const vocabulary = vocabularyMetadata(
    {
      config,
      tokenizerJson: await json('tokenizer.json'),
      tokenizerModel: model ? await readSmall(model) : undefined,
      tokenizerConfig: await json('tokenizer_config.json'),
      generationConfig: await json('generation_config.json'),
    },
    embedding?.shape[1] ?? 0,
  );
  const matrix = converted.find((t) => t.shape.length > 1)?.type.label;
  const ftype = matrix === 'F16' ? 1 : matrix === 'BF16' ? 32 : 0;
  const metadata = new Map<string, MetaValue>([
    ...converter.metadata(config, label),
    ['general.file_type', u32Value(ftype)],
    ['general.quantization_version', u32Value(2)],
    ...vocabulary,
  ]);
  const notes =
    vocabulary.length > 0
      ? []
      : ['There is no tokenizer.json or tokenizer.model: the model can be quantized, not prompted.'];
  return {
    label,
    container: 'safetensors',
    metadata,
    tensors: converted,
    sizeBytes: files.reduce((n, f) => n + (f.name.endsWith('.safetensors') ? f.sizeBytes : 0), 0),
    notes,
  };
}
