import type { ByteSource } from '../../../files/byte-source';
import { parseJson } from '../../../files/json';
import { readPyTorch } from '../../../files/pytorch/read';
import { readSafetensors, type SafeTensor } from '../../../files/safetensors/read';
import { FileError } from '../../../util/errors';
import { MIB } from '../../../util/bytes';
import { baseName, isChatTemplate, isPyTorchWeights } from '../../../util/model-folder';
import { compareBytes, decodeUtf8, hasLoneSurrogate } from '../../../util/utf8';
import { isRecord, type Json } from '../../../files/json';
import { checkIndex, INDEX_FILE, listed, PYTORCH_INDEX_FILE, weightMap } from './weight-index';

/** Largest files that are read as a whole; the largest tokenizer.json of a model has 33 MB. */
const MAX_FILE_BYTES: Readonly<Record<string, number>> = {
  'config.json': MIB,
  'generation_config.json': MIB,
  'chat_template.jinja': MIB,
  'chat_template.json': 2 * MIB,
  'model.safetensors.index.json': 32 * MIB,
  'pytorch_model.bin.index.json': 32 * MIB,
};
const MAX_SMALL_FILE_BYTES = 48 * MIB;

async function readSmall(source: ByteSource): Promise<Uint8Array<ArrayBuffer>> {
  const max = MAX_FILE_BYTES[baseName(source.name)] ?? MAX_SMALL_FILE_BYTES;
  if (source.sizeBytes > max)
    throw new FileError(
      `${source.name} has ${source.sizeBytes} bytes, expected at most ${max}.`,
      'No model has so large a file of that name. Download it again.',
    );
  return source.read(0, source.sizeBytes);
}

/** Text as Python opens it: every line end is a newline. */
const textOf = (bytes: Uint8Array): string => decodeUtf8(bytes).replace(/\r\n?/g, '\n');

/** The tensors of a folder, and the files they are in. */
export interface Weights {
  readonly container: 'safetensors' | 'PyTorch';
  readonly tensors: SafeTensor[];
  /** Bytes of the files. */
  readonly sizeBytes: number;
}

/** The files of a Hugging Face folder, by name. Readers throw FileError for missing or malformed files. */
export class Checkpoint {
  readonly files: readonly ByteSource[];
  /** Files of additional_chat_templates, by name. */
  readonly chatTemplates: readonly ByteSource[];
  /** Name of the input in errors. */
  readonly label: string;
  /** Small files are read once. */
  readonly #read = new Map<ByteSource, Promise<Uint8Array<ArrayBuffer>>>();

  constructor(files: readonly ByteSource[], label: string) {
    this.files = files.filter((f) => !isChatTemplate(f.name));
    this.chatTemplates = files
      .filter((f) => isChatTemplate(f.name))
      .sort((a, b) => compareBytes(baseName(a.name), baseName(b.name)));
    this.label = label;
  }

  find(name: string): ByteSource | undefined {
    return this.files.find((f) => baseName(f.name) === name);
  }

  async bytes(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const file = this.find(name);
    if (!file) return undefined;
    const bytes = this.#read.get(file) ?? readSmall(file);
    this.#read.set(file, bytes);
    return bytes;
  }

  /** A text file with its line ends as newlines. Nothing else is lost, a byte order mark included. */
  async text(name: string): Promise<string | undefined> {
    const bytes = await this.bytes(name);
    return bytes && textOf(bytes);
  }

  /** A chat template. Throws FileError if it is not UTF-8. */
  async template(file: ByteSource): Promise<string> {
    const text = textOf(await readSmall(file));
    if (hasLoneSurrogate(text))
      throw new FileError(`${file.name} is not UTF-8, expected a chat template.`, 'Download it again.');
    return text;
  }

  /** The templates of additional_chat_templates with their names. */
  async additionalTemplates(): Promise<{ name: string; template: string }[]> {
    const read = async (file: ByteSource) => ({
      name: baseName(file.name).replace(/\.jinja$/, ''),
      template: await this.template(file),
    });
    return Promise.all(this.chatTemplates.map(read));
  }

  /** A JSON file that holds an object. */
  async json(name: string): Promise<Json | undefined> {
    const bytes = await this.bytes(name);
    if (!bytes) return undefined;
    const { value } = parseJson(bytes, this.find(name)!.name);
    if (isRecord(value)) return value;
    const kind = value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
    throw new FileError(
      `${this.find(name)!.name} holds ${kind}, expected a JSON object.`,
      'Download it again.',
    );
  }

  async config(): Promise<Json> {
    const config = await this.json('config.json');
    if (!config)
      throw new FileError(
        `${this.label}: there is no config.json beside the weights.`,
        'Drop the whole folder of the model.',
      );
    return config;
  }

  /** The weight files of an index, or all; a second copy of the weights under other names is none of them. */
  #shards(all: readonly ByteSource[], map: ReadonlyMap<string, string> | undefined): readonly ByteSource[] {
    const wanted = [...new Set(map?.values())];
    if (wanted.length === 0) {
      const named = all.filter((f) => /^(pytorch_)?model/.test(baseName(f.name)));
      return named.length > 0 ? named : all;
    }
    const missing = wanted.filter((name) => !all.some((f) => baseName(f.name) === name));
    if (missing.length > 0)
      throw new FileError(
        `${this.label}: ${missing.length} of ${wanted.length} weight files are missing: ${listed(missing)}.`,
        'Drop all of them together with the folder.',
      );
    return all.filter((f) => wanted.includes(baseName(f.name)));
  }

  /**
   * All tensors in the order of convert_hf_to_gguf.py: files by name, then names by code point, of torch.save as they
   * were saved. Files of torch.save count where there is no safetensors. Throws FileError if a file of the index is missing,
   * or if index and files do not name the same tensors.
   */
  async weights(): Promise<Weights> {
    const safe = this.files.filter((f) => f.name.endsWith('.safetensors'));
    const container = safe.length > 0 ? 'safetensors' : 'PyTorch';
    const indexFile = safe.length > 0 ? INDEX_FILE : PYTORCH_INDEX_FILE;
    const index = await this.json(indexFile);
    const indexName = this.find(indexFile)?.name ?? '';
    const map = index && weightMap(index, indexName);
    const all = safe.length > 0 ? safe : this.files.filter((f) => isPyTorchWeights(f.name));
    const shards = this.#shards(all, map);
    const tensors: SafeTensor[] = [];
    const holders = new Map<string, string>();
    for (const shard of [...shards].sort((a, b) => compareBytes(baseName(a.name), baseName(b.name)))) {
      const own =
        safe.length > 0
          ? (await readSafetensors(shard)).sort((a, b) => compareBytes(a.name, b.name))
          : await readPyTorch(shard);
      for (const tensor of own) {
        const holder = holders.get(tensor.name);
        if (holder !== undefined)
          throw new FileError(
            `${shard.name}: tensor "${tensor.name}" is in ${holder}, too; expected each tensor once.`,
            'Drop one model at a time, without copies of its files.',
          );
        holders.set(tensor.name, baseName(shard.name));
        tensors.push(tensor);
      }
    }
    if (map && map.size > 0) checkIndex(indexName, map, holders);
    if (tensors.length === 0)
      throw new FileError(
        `${this.label}: there is no tensor in ${shards.length} ${container} files.`,
        'Add the weight files.',
      );
    return { container, tensors, sizeBytes: shards.reduce((n, f) => n + f.sizeBytes, 0) };
  }
}
