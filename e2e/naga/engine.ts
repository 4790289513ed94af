// The engine on naga, in Deno: `deno run -A --unstable-webgpu engine.js SHADERS MODEL`. Quantizes to eight types byte for
// byte, compares logits with an independent float64 reference, and writes 32 greedy ids. Ends with one line of JSON.
import { createDevice, deviceDescriptor, gpus } from '../../src/api/device';
import { memorySource } from '../../src/files/byte-source';
import { MemorySink } from '../../src/files/byte-sink';
import { readGguf } from '../../src/files/gguf/read';
import { getStrings } from '../../src/files/gguf/metadata';
import type { ModelFile } from '../../src/files/model-file';
import { Gpu } from '../../src/gpu/gpu';
import { Engine, GREEDY } from '../../src/infer/engine';
import { planQuantization } from '../../src/model/plan';
import { writeGguf } from '../../src/pipeline/export';
import { prepareLevel } from '../../src/pipeline/prepared';
import { fileTypeByLabel } from '../../src/quant/file-types';
import { checkpointFiles } from '../../src/testing/checkpoints';
import { planBytes } from '../../src/testing/codec-hash';
import { byteDifferences, relativeError } from '../../src/testing/compare';
import { testImatrix } from '../../src/testing/importance';
import { referenceRows } from '../../src/testing/reference-llama';
import { openTestModel } from '../../src/testing/text/sandbox';
import { decodedWeights } from '../../src/testing/tiny-engine';
import { createTokenizer } from '../../src/text/tokenizer';
import { TINY, tinyGguf } from '../../bench/models/tiny-llama';
import type { TinyShape } from '../../bench/models/tiny-llama';

declare const Deno: {
  readonly args: readonly string[];
  readTextFileSync(path: string): string;
  readFileSync(path: string): Uint8Array<ArrayBuffer>;
  writeTextFileSync(path: string, text: string): void;
  readonly version: { readonly deno: string };
};

/** A tensor lies in pieces of at most so many bytes, as one of more than 128 MiB does in Firefox. */
const SMALL_BINDING = 65536;
const TYPES = ['Q4_0', 'Q8_0', 'Q5_1', 'Q4_K_M', 'Q6_K', 'IQ4_XS', 'IQ2_XS', 'TQ2_0'];
const [shaderFile, modelFile, recorded] = Deno.args;
const sources = new Map(JSON.parse(Deno.readTextFileSync(shaderFile!)) as [string, string][]);

const adapter = (await navigator.gpu.requestAdapter())!;
const raw = await adapter.requestDevice(deviceDescriptor(adapter));
/** Every text that the engine compiles. */
const texts = new Set<string>();
const create = raw.createShaderModule.bind(raw);
raw.createShaderModule = (descriptor) => {
  texts.add(descriptor.code);
  return create(descriptor);
};
const device = await createDevice(raw, { shaders: sources, adapterInfo: adapter.info });
const gpu = gpus.get(device);
const failures: string[] = [];
const say = (line: string): void => console.log(line);
say(`adapter: ${gpu.adapterName}, Deno ${Deno.version.deno}, subgroups ${gpu.subgroup.kind}`);

const small: TinyShape = { ...TINY, layers: 1, ffn: 256 };
async function quantize(label: string): Promise<void> {
  const model = await readGguf(memorySource('tiny.gguf', tinyGguf(small)));
  const plan = planQuantization(model, fileTypeByLabel(label)!, { importance: testImatrix(model) });
  const sink = new MemorySink();
  const started = performance.now();
  await writeGguf(gpu, plan, sink);
  const wrong = byteDifferences(sink.bytes(), await planBytes(plan), 2);
  say(
    `${label}: ${wrong.length === 0 ? 'byte-identical' : wrong.join('; ')}, ${Math.round(performance.now() - started)} ms`,
  );
  if (wrong.length > 0) failures.push(`${label} differs`);
}
for (const label of TYPES) await quantize(label);

/** Prompt and greedy answer of the built-in model, against the reference over the same tokens. */
async function answer(model: ModelFile, label: string, reference: boolean, bound: number): Promise<void> {
  const prepared = await prepareLevel(gpu, model, planQuantization(model, fileTypeByLabel(label)!));
  const { paths } = device.capabilities;
  const engine = await Engine.create(gpu, prepared, {
    context: 96,
    kvType: 'F16',
    reference,
    ...(reference ? {} : { paths }),
  });
  engine.setSampling(GREEDY);
  const prompt = createTokenizer('', model.metadata).encode('Once upon a time', { addBos: true });
  const ids = [...prompt];
  const first = await engine.prefill(prompt);
  const logits = await engine.logits();
  ids.push(first.id);
  for await (const id of engine.tokens(first.id, 31)) ids.push(id);
  const shape = shapeOf(model);
  const rows = referenceRows(shape, await decodedWeights(prepared), ids.slice(0, -1), prompt.length - 1);
  const error = relativeError(logits, rows[0]!);
  let agreed = 0;
  rows.forEach((row, i) => {
    const best = row.indexOf(Math.max(...row));
    if (best === ids[prompt.length + i]) agreed++;
  });
  say(
    `${label}${reference ? ', reference mode' : ''}: logits off by ${error.toExponential(1)}, ${agreed} of ${rows.length} greedy ids`,
  );
  if (!(error < bound)) failures.push(`${label}: logits off by ${error}, at most ${bound}`);
  if (reference && agreed !== 32) failures.push(`${label}: ${agreed} of 32 greedy ids`);
  engine.dispose();
  prepared.dispose();
}
function shapeOf(model: ModelFile): TinyShape {
  const at = (key: string): number => Number(model.metadata.get(`llama.${key}`)!.value);
  return {
    width: at('embedding_length'),
    ffn: at('feed_forward_length'),
    layers: at('block_count'),
    heads: at('attention.head_count'),
    kvHeads: at('attention.head_count_kv'),
    vocabulary: getStrings(model.metadata, 'tokenizer.ggml.tokens')!.length,
    context: at('context_length'),
    tied: !model.tensors.some((t) => t.name === 'output.weight'),
  };
}
const builtIn = await readGguf(memorySource('built-in', Deno.readFileSync(modelFile!)));
for (const label of ['F16', 'Q8_0']) await answer(builtIn, label, true, 1e-3);
await answer(builtIn, 'Q4_K_M', false, 5e-2);

/** Greedy ids of a level on a device, and the tensors that lie in several bindings there. */
async function greedy(
  on: Gpu,
  model: ModelFile,
  label: string,
  reference: boolean,
): Promise<{ ids: number[]; cut: string[] }> {
  const prepared = await prepareLevel(on, model, planQuantization(model, fileTypeByLabel(label)!));
  const engine = await Engine.create(on, prepared, { context: 64, kvType: 'F16', reference });
  engine.setSampling(GREEDY);
  const { id } = await engine.prefill(Array.from({ length: 12 }, (_, i) => 3 + 7 * i));
  const ids = [id];
  for await (const next of engine.tokens(id, 31)) ids.push(next);
  const cut = [...prepared.tensors].filter(([, t]) => t.slabs.length > 1).map(([name]) => name);
  engine.dispose();
  prepared.dispose();
  return { ids, cut };
}
const narrow = new Gpu(raw, sources, { adapterInfo: adapter.info, maxBindingBytes: SMALL_BINDING });
/** A model larger than a binding gives the ids that it gives in one; these tensors must be cut. */
async function slabs(model: ModelFile, label: string, reference: boolean, cut: RegExp[]): Promise<void> {
  const whole = await greedy(gpu, model, label, reference);
  const pieces = await greedy(narrow, model, label, reference);
  const uncut = cut.filter((name) => !pieces.cut.some((t) => name.test(t)));
  const same = whole.ids.filter((id, i) => id === pieces.ids[i]).length;
  const what = `${model.label}, ${label}${reference ? ', reference mode' : ''}`;
  say(
    `${what}: ${pieces.cut.length} tensors in pieces of ${SMALL_BINDING} bytes, ${same} of 32 ids as in one`,
  );
  if (same !== 32) failures.push(`${what}: ${same} of 32 ids with tensors in pieces`);
  if (uncut.length > 0 || whole.cut.length > 0) failures.push(`${what}: not cut: ${uncut.join(', ')}`);
}
const experts = await openTestModel(
  checkpointFiles('qwen3-moe', 'experts').map((f) => memorySource(f.path, f.bytes)),
  'experts',
);
for (const reference of [true, false]) {
  await slabs(builtIn, 'Q4_K_M', reference, [/^token_embd/, /^output\.weight|^token_embd/, /ffn_down/]);
  await slabs(experts, 'F16', reference, [/ffn_gate_exps/, /ffn_up_exps/, /ffn_down_exps/]);
}
narrow.check();
if (narrow.memory.currentBytes !== 0) failures.push(`${narrow.memory.currentBytes} bytes are left in pieces`);
gpu.check();
if (gpu.memory.currentBytes !== 0) failures.push(`${gpu.memory.currentBytes} bytes are left`);
if (recorded) Deno.writeTextFileSync(recorded, JSON.stringify([...texts]));
console.log(JSON.stringify({ failures, texts: texts.size }));
