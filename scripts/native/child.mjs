// llama.cpp in a process of its own, which a fault of native code ends without ending whoever asks. It reads a request a
// line and answers a line: { path, follow?, headerOnly?, ends? } -> { container, model, log, steps?, ends? }.
// The binding below node-llama-cpp's own classes is used, for those read a GGUF in JavaScript first and refuse by it.
import { createInterface } from 'node:readline';
import { getLlama, LlamaLogLevel } from 'node-llama-cpp';

let log = [];
const llama = await getLlama({
  build: 'never',
  gpu: false,
  logLevel: LlamaLogLevel.warn,
  logger: (_, message) => log.push(message.trim()),
});
const native = llama._bindings;
const answer = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

/** Whether gguf_init accepts the header; its log says why not. */
async function readsContainer(path) {
  const gguf = new native.AddonGgufMetadata();
  try {
    await gguf.init([path]);
    return true;
  } catch {
    return false;
  } finally {
    gguf.dispose();
  }
}

/**
 * Greedy ids: token by token, each time fed what `ids` say. `prompt` ids of them are evaluated at once.
 */
async function followed(model, { ids, prompt }) {
  const context = new native.AddonContext(model, {
    contextSize: 512,
    batchSize: 512,
    sequences: 1,
    threads: 1,
  });
  if (!(await context.init())) throw new Error('no context');
  const sampler = new native.AddonSampler(model);
  sampler.applyConfig({ temperature: 0 });
  const steps = [];
  try {
    let at = 0;
    for (const end of [prompt, ...ids.slice(prompt).map((_, i) => prompt + i + 1)]) {
      context.initBatch(end - at);
      const [index] = context.addToBatch(
        0,
        at,
        Uint32Array.from(ids.slice(at, end)),
        Uint32Array.of(end - at - 1),
      );
      await context.decodeBatch();
      steps.push(await context.sampleToken(index, sampler));
      at = end;
    }
  } finally {
    sampler.dispose();
    await context.dispose();
  }
  return steps;
}

/** Ids below `count` that end generation; of the file, the vocabulary alone is loaded. */
async function endsOf(path, count) {
  const model = new native.AddonModel(path, { addonExports: native, gpuLayers: 0, vocabOnly: true });
  try {
    if (!(await model.init())) return undefined;
    return Array.from({ length: count }, (_, id) => id).filter((id) => model.isEogToken(id));
  } finally {
    await model.dispose();
  }
}

async function opened({ path, follow, headerOnly, ends }) {
  const container = await readsContainer(path);
  if (headerOnly) return { container, model: false };
  if (ends) return { container, model: false, ends: await endsOf(path, ends) };
  const model = new native.AddonModel(path, {
    addonExports: native,
    gpuLayers: 0,
    useMmap: false,
    checkTensors: true,
  });
  try {
    const loaded = await model.init();
    if (!loaded || !follow) return { container, model: loaded };
    return { container, model: loaded, steps: await followed(model, follow) };
  } catch (error) {
    return { container, model: false, error: String(error) };
  } finally {
    await model.dispose();
  }
}

answer({ release: llama.llamaCppRelease.release });
for await (const line of createInterface({ input: process.stdin })) {
  log = [];
  const result = await opened(JSON.parse(line));
  // The log comes through a queue of its own.
  await new Promise((resolve) => setImmediate(resolve));
  answer({ ...result, log: [...new Set(log)] });
}
process.exit(0);
