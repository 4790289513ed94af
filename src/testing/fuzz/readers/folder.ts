import { memorySource } from '../../../files/byte-source';
import type { ModelFile } from '../../../files/model-file';
import { checkRunnable } from '../../../model/runnable';
import { checkpointFiles } from '../../checkpoints';
import { openTestModel } from '../../text/sandbox';
import type { NamedBytes } from '../../safetensors-file';
import type { Chooser } from '../chooser';
import { joined, jsonText, mutateBytes, mutateJson, type Words } from '../mutate-json';
import { fuzzer, rule, shownBytes } from '../reader';
import { checkWrittenAgain } from './gguf';

const TINY = { width: 8, ffn: 8, layers: 1, heads: 2, kvHeads: 2, headDim: 4, vocabulary: 8 };
const KINDS = ['llama', 'mixtral', 'qwen2', 'gemma 2', 'olmo 2', 'smollm3', 'phi-2'];
const seeds = KINDS.map((kind) => checkpointFiles(kind, 'm', kind === 'mixtral' ? TINY : { ...TINY }));

const decoder = new TextDecoder();
const encoder = new TextEncoder();
const words: Words = {
  keys: [
    'model.layers.7.mlp.up_proj.weight',
    'model.layers.0.block_sparse_moe.experts.0.w1.bias',
    'model.layers.0.block_sparse_moe.experts.0.gate_proj.weight',
    'model.layers.0.block_sparse_moe.experts.9.w1.weight',
    'model.layers.0.self_attn.rotary_emb.inv_freq',
    'weight_map',
    'dtype',
    'shape',
    'data_offsets',
    'text_config',
    'chat_template',
    'model.norm.weight',
  ],
  values: [
    'null',
    'F8_E4M3',
    'F32',
    'BF16',
    'F64',
    'U32',
    [8],
    [8, 8],
    'model.safetensors',
    'LlamaForCausalLM',
    8,
    0,
    null,
  ],
};

/** A weight file whose header has become another, with the same data. */
function withHeader(r: Chooser, bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header: unknown = JSON.parse(decoder.decode(bytes.subarray(8, 8 + length)));
  const json = encoder.encode(jsonText(mutateJson(r, header, words)));
  const size = new Uint8Array(new BigUint64Array([BigInt(json.length)]).buffer);
  return joined(size, json, bytes.subarray(8 + length));
}

function mutateFile(r: Chooser, { path, bytes }: NamedBytes): NamedBytes {
  if (r.oneIn(6)) return { path, bytes: mutateBytes(r, bytes) };
  if (path.endsWith('.json') && r.oneIn(20))
    return { path, bytes: encoder.encode(r.pick(['null', '[]', '1', '{}'])) };
  if (path.endsWith('.json'))
    return { path, bytes: encoder.encode(jsonText(mutateJson(r, JSON.parse(decoder.decode(bytes)), words))) };
  if (path.endsWith('.safetensors')) return { path, bytes: withHeader(r, bytes) };
  return { path, bytes: mutateBytes(r, bytes) };
}

const indexOf = (files: readonly NamedBytes[]): NamedBytes => {
  const weights = files.find((f) => f.path.endsWith('.safetensors'))!;
  const length = Number(new DataView(weights.bytes.buffer, weights.bytes.byteOffset).getBigUint64(0, true));
  const names = Object.keys(JSON.parse(decoder.decode(weights.bytes.subarray(8, 8 + length))) as object);
  const map = Object.fromEntries(
    names.filter((n) => n !== '__metadata__').map((n) => [n, 'model.safetensors']),
  );
  return { path: 'm/model.safetensors.index.json', bytes: encoder.encode(jsonText({ weight_map: map })) };
};

function make(r: Chooser): NamedBytes[] {
  const files = [...r.pick(seeds)];
  if (r.oneIn(3)) files.push(indexOf(files));
  if (r.oneIn(4))
    files.push({
      path: 'm/generation_config.json',
      bytes: encoder.encode('{"eos_token_id":[2,3],"top_k":5}'),
    });
  if (r.oneIn(4))
    files.push({
      path: 'm/README.md',
      bytes: encoder.encode('---\nlicense: mit\ntags:\n- a\n---\n# text\n'),
    });
  if (r.oneIn(4)) files.push({ path: 'm/chat_template.jinja', bytes: encoder.encode('{{ messages }}') });
  if (r.oneIn(6)) files.push({ path: 'm/added_tokens.json', bytes: encoder.encode('{"<x>":3}') });
  if (r.oneIn(6))
    for (const name of ['default', 'tool_use'])
      files.push({ path: `m/additional_chat_templates/${name}.jinja`, bytes: encoder.encode('{{ x }}') });
  if (r.oneIn(20)) files.push({ path: 'm/model-2.safetensors', bytes: r.pick(files).bytes });
  if (r.oneIn(30)) for (const [i, file] of files.entries()) files[i] = { ...file, path: file.path.slice(2) };
  if (r.oneIn(10)) return files;
  for (let n = r.few(); n > 0 && files.length > 0; n--) {
    const place = r.below(files.length);
    if (r.oneIn(12)) files.splice(place, 1);
    else if (r.oneIn(20))
      files.push({
        ...files[place]!,
        path: r.pick(['m/other.safetensors', 'm/x/config.json', 'm/config.json']),
      });
    else files[place] = mutateFileSafely(r, files[place]!);
  }
  return files;
}

/** A file that was mutated before may be no JSON any more: its bytes are mutated then. */
function mutateFileSafely(r: Chooser, file: NamedBytes): NamedBytes {
  try {
    return mutateFile(r, file);
  } catch {
    return { ...file, bytes: mutateBytes(r, file.bytes) };
  }
}

export const reader = fuzzer<NamedBytes[], ModelFile>({
  name: 'folder',
  sources: [
    'src/model/convert/folder.ts',
    'src/model/convert/checkpoint/checkpoint.ts',
    'src/model/convert/checkpoint/place.ts',
  ],
  inputs: 100_000,
  make,
  read: async (files) => {
    const model = await openTestModel(
      files.map((f) => memorySource(f.path, f.bytes)),
      'm',
    );
    checkRunnable(model);
    return model;
  },
  check: async (files, model) => {
    rule(model.tensors.length > 0, 'there are tensors');
    await checkWrittenAgain(memorySource('m', new Uint8Array(1 << 20)), { ...model, tensors: model.tensors });
    void files;
  },
  show: (files) =>
    files
      .map(
        (f) =>
          `${f.path} ${f.path.endsWith('json') ? decoder.decode(f.bytes.subarray(0, 1500)) : shownBytes(f.bytes.subarray(0, 600))}`,
      )
      .join('\n'),
});
