// npm run bench:gpu: benchmarks without browser, network or model files. Device probe (bandwidth, dispatch cost),
// decode and prefill products per type, path and shape, whole models of random bits, and the quantizers with a check of
// their bytes. Prints Markdown; --json names a file for JSON.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Gpu } from '../src/gpu/gpu';
import { FAST } from '../src/model/runtime';
import { formatByLabel, quantFormats } from '../src/quant/registry';
import { spreadOf } from '../src/infer/benchmark';
import { Engine, GREEDY } from '../src/infer/engine';
import { testNumerics } from '../src/device/numerics';
import type { Prepared } from '../src/pipeline/prepared';
import { type Roofline, probeDevice } from '../src/device/probe';
import { TensorPipeline } from '../src/pipeline/tensor-pipeline';
import { weightCount } from '../src/studio/summary';
import { chunkOf, tunePaths } from '../src/device/tune';
import { bytesOf, formatBytes, MIB } from '../src/util/bytes';
import { noise } from '../src/util/random';
import { kernelTable, promptTable } from './products';
import { profilePasses } from './profile';
import { BenchTable } from './table';
import { openNodeGpu } from '../src/node/gpu';
import { type LlamaShape, llamaShapes, syntheticLevel, syntheticModel } from './models/random-llama';

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    models: { type: 'string', default: '1B,8B' },
    types: { type: 'string', default: quantFormats.map((f) => f.label).join(',') },
    levels: { type: 'string', default: 'Q4_0,Q8_0,Q4_K_M' },
    contexts: { type: 'string', default: '128,4096,16384' },
    shapes: { type: 'string', default: '4096x4096,14336x4096,4096x14336,8192x2048,128256x4096' },
    /** Types of the prefill products, which use the first two shapes. */
    'prompt-types': { type: 'string', default: 'Q4_0,Q8_0,Q4_K,Q6_K,F16' },
    tokens: { type: 'string', default: '128,512' },
    /** MiB of weights that are read in turn, more than any cache holds. */
    pool: { type: 'string', default: '512' },
    /** Layers of the whole models, instead of their own number. */
    layers: { type: 'string' },
    enough: { type: 'string', default: '40' },
    /** Adds a table of the milliseconds of each kernel in the passes of the whole models. */
    profile: { type: 'boolean', default: false },
    /** Types of the quantizers; those of `types` if not given. */
    quantizers: { type: 'string' },
  },
});
const enoughMs = Number(values.enough);
const types = values.types.split(',').filter(Boolean);
const poolBytes = Number(values.pool) * MIB;
const table = new BenchTable();

/**
 * Bytes of weights read per decoded token: every matrix once, without the embedding (unless tied) and the idle experts.
 */
function weightsRead({ tensors, weightBytes }: Prepared, s: LlamaShape): number {
  const bytesOf = (isMeant: (name: string) => boolean) => {
    const slabs = [...tensors.values()].filter((t) => isMeant(t.name)).flatMap((t) => t.slabs);
    return [...new Set(slabs.map((slab) => slab.buffer))].reduce((n, buffer) => n + buffer.size, 0);
  };
  const { used, count } = s.experts ?? { used: 1, count: 1 };
  const idle = (1 - used / count) * bytesOf((name) => name.includes('_exps'));
  return weightBytes - idle - (s.tied ? 0 : bytesOf((name) => name === 'token_embd.weight'));
}
/** Bytes of keys and values read per decoded token. */
const cacheRead = (s: LlamaShape, context: number): number =>
  2 * s.layers * s.kvHeads * (s.width / s.heads) * 2 * context;

async function modelTable(gpu: Gpu, roofline: Roofline): Promise<void> {
  table.heading(
    'Whole models, random bits, cache in F16',
    'model',
    'level',
    'context',
    'generation t/s (min-max)',
    'bytes bind at t/s',
    'dispatches',
    'of min(bytes, dispatches)',
    'of what bytes predict from the first context',
    'prompt of 512 t/s',
  );
  const contexts = values.contexts.split(',').map(Number);
  const profiled: Record<string, string | number>[] = [];
  for (const name of values.models.split(',').filter(Boolean) as (keyof typeof llamaShapes)[])
    for (const label of values.levels.split(',')) {
      const whole = llamaShapes[name];
      const shape: LlamaShape = {
        ...whole,
        layers: Math.min(whole.layers, Number(values.layers ?? whole.layers)),
      };
      const model = syntheticModel(name, shape);
      let level: Prepared | undefined;
      try {
        const prepared = await syntheticLevel(gpu, model, label);
        level = prepared;
        const context = Math.max(512, ...contexts) + 128;
        const options = {
          context,
          kvType: 'F16',
          paths: tuning?.paths ?? FAST,
          chunk: chunkOf(tuning, weightCount(model)),
        } as const;
        const engine = await Engine.create(gpu, prepared, options);
        engine.setSampling(GREEDY);
        const ids = Array.from({ length: 512 }, (_, i) => (i * 7919) % shape.vocabulary);
        const prompt: number[] = [];
        for (let run = 0; run < 3; run++) {
          engine.rollback(0);
          const started = performance.now();
          await engine.prefill(ids);
          prompt.push(512_000 / (performance.now() - started));
        }
        let first: number | undefined;
        for (const at of contexts) {
          const runs: number[] = [];
          for (let run = 0; run < 4; run++) {
            engine.assumeCached(Array<number>(at).fill(1));
            const started = performance.now();
            let count = 0;
            for await (const _ of engine.tokens(1, 48)) count++;
            if (run > 0) runs.push((1000 * count) / (performance.now() - started));
          }
          const speed = spreadOf(runs);
          const bytes = weightsRead(prepared, shape) + cacheRead(shape, at);
          // Bytes read per second.
          const rate = speed.median * bytes;
          first ??= rate;
          const dispatches = engine.dispatchesPerToken(at + 24);
          const bytesBound = roofline.readBytesPerSecond / bytes;
          const both = 1 / (1 / bytesBound + (dispatches * roofline.dispatchMs) / 1000);
          table.record('model', {
            model: name,
            level: label,
            context: at,
            generation: `${speed.median.toFixed(1)} (${speed.min.toFixed(1)}-${speed.max.toFixed(1)})`,
            bytesBound: bytesBound.toFixed(1),
            dispatches,
            share: (speed.median / both).toFixed(2),
            ofFirst: (rate / first).toFixed(2),
            prompt: spreadOf(prompt).median.toFixed(0),
          });
        }
        engine.dispose();
        if (values.profile)
          profiled.push(...(await profilePasses(gpu, prepared, { ...options, name, contexts, enoughMs })));
      } catch (error) {
        table.record('model', {
          model: name,
          level: label,
          context: '-',
          generation: String(error).slice(0, 120),
        });
      } finally {
        level?.dispose();
      }
    }
  if (profiled.length === 0) return;
  table.heading(
    'Kernels of a pass',
    'model',
    'level',
    'pass',
    'tokens',
    'context',
    'kernel',
    'dispatches',
    'ms',
  );
  for (const row of profiled) table.record('profile', row);
}

/** Encoders: speed from uploaded float32 to blocks read back, and equality of the blocks with the reference codec. */
async function quantizeTable(gpu: Gpu): Promise<void> {
  table.heading('Quantizers', 'type', 'M weights/s', 'GB/s read and written', 'blocks like the codec');
  const cols = 1024;
  const max = 4096;
  const x = noise(max * cols, 1);
  const importance = noise(cols, 7).map((v) => v * v + 1e-3);
  const type = formatByLabel('F32');
  const pipeline = await TensorPipeline.create(gpu, x.length);
  for (const label of values.quantizers?.split(',').filter(Boolean) ?? types) {
    const format = formatByLabel(label);
    const options = format.importance === 'required' ? { importance } : {};
    const convert = async (count: number): Promise<Uint8Array> => {
      const bytes = bytesOf(x.subarray(0, count * cols));
      const read = (start: number, end: number) => Promise.resolve(bytes.subarray(start, end));
      const shape = [cols, count];
      const ggml = { id: type.ggmlType, label: 'F32', blockSize: 1, blockBytes: 4 };
      const source = { name: 'noise', shape, type: ggml, sizeBytes: bytes.length, read };
      const parts: Uint8Array[] = [];
      for await (const part of pipeline.convert(source, format, () => {}, options)) parts.push(part);
      return Buffer.concat(parts);
    };
    const some = 16;
    const have = await convert(some);
    const want = format.encode(x.subarray(0, some * cols), options.importance);
    const each = format.block.bytes;
    const wrong = new Set(
      [...want.keys()].filter((i) => want[i] !== have[i]).map((i) => Math.floor(i / each)),
    );
    let count = 32;
    let elapsed = 0;
    for (;;) {
      const started = performance.now();
      await convert(count);
      elapsed = performance.now() - started;
      if (elapsed > 4 * enoughMs || count >= max) break;
      count *= 2;
    }
    const weights = (count * cols) / (elapsed / 1000);
    const perWeight = 4 + format.block.bytes / format.block.size;
    table.record('quantize', {
      type: label,
      mweights: (weights / 1e6).toFixed(1),
      gbPerSecond: ((weights * perWeight) / 1e9).toFixed(2),
      exact: wrong.size === 0 ? `all ${want.length / each}` : `${wrong.size} of ${want.length / each} differ`,
    });
  }
  pipeline.dispose();
}

const gpu = await openNodeGpu();
const numerics = await testNumerics(gpu);
const roofline = await probeDevice(gpu, { bytes: poolBytes, enoughMs: 4 * enoughMs });
const { facts } = gpu;
table.print(
  `adapter: ${gpu.adapterName}; ${gpu.subgroup.kind} lanes, ${gpu.subgroup.count} a team, ${gpu.subgroupsPerWorkgroup} teams`,
);
table.print(
  `bindings up to ${formatBytes(facts.maxBindingBytes)}, workgroup memory ${gpu.device.limits.maxComputeWorkgroupStorageSize} bytes; features ${facts.features.join(', ')}`,
);
table.print(
  `numerics: division ${numerics.division}, square root ${numerics.squareRoot}, contraction ${numerics.contraction}, halves ${numerics.halfPacking}, denormals ${numerics.denormals}, self-test ${numerics.elapsedMs.toFixed(0)} ms; quantizers divide by ${gpu.arithmetic === 'native' ? 'the hardware' : 'integers'}`,
);
table.print(
  `probe: reads ${(roofline.readBytesPerSecond / 1e9).toFixed(1)} GB/s; a dispatch that waits for another ${(1000 * roofline.dispatchMs).toFixed(2)} us, encoding one ${(1000 * roofline.encodeMs).toFixed(2)} us`,
);
const tuning = gpu.onCpu ? null : await tunePaths(gpu);
if (tuning) {
  gpu.productThreads = tuning.threads;
  table.print(`measured: ${JSON.stringify(tuning)}`);
}
const products = { table, types, shapes: values.shapes.split(',').filter(Boolean), enoughMs };
await kernelTable(gpu, { ...products, poolBytes, roofline });
await promptTable(gpu, {
  ...products,
  types: types.filter((t) => values['prompt-types'].split(',').includes(t)),
  shapes: products.shapes.slice(0, 2),
  tokens: values.tokens.split(',').map(Number),
});
await modelTable(gpu, roofline);
await quantizeTable(gpu);
if (values.json)
  writeFileSync(
    values.json,
    JSON.stringify({ adapter: gpu.adapterName, facts, numerics, roofline, rows: table.rows }, null, 1),
  );
gpu.close();
