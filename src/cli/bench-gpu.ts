// npm run bench:gpu: one run without browser, network or model files. What the device gives (bandwidth, cost of a
// dispatch), the kernels of one token beside it for every type, path and shape, whole models made of random bits, the
// quantizers, and whether they are exact here. Markdown to standard output, JSON to the file that --json names.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Gpu } from '../gpu/gpu';
import { allocateTensors } from '../model/device-tensor';
import { matvecDispatch, pathOf } from '../model/blocks/matvec';
import { LatticeBuffers } from '../model/lattice-buffers';
import type { Path } from '../model/runtime';
import { type QuantFormat, formatBytesFor } from '../quant/format';
import { formatByLabel, quantFormats } from '../quant/registry';
import { spreadOf } from '../session/benchmark';
import { Engine, GREEDY } from '../session/engine';
import { testNumerics } from '../session/numerics';
import { type DeviceCeiling, medianRound, probeDevice } from '../session/probe';
import { TensorPipeline } from '../session/tensor-pipeline';
import { tunePaths } from '../session/tune';
import { bytesOf, formatBytes, MIB } from '../util/bytes';
import { noise } from '../util/random';
import { openNodeGpu } from './node-gpu';
import { fillRandom, type LlamaShape, llamaShapes, syntheticLevel, syntheticModel } from './synthetic-model';

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    models: { type: 'string', default: '1B,8B' },
    types: { type: 'string', default: quantFormats.map((f) => f.label).join(',') },
    levels: { type: 'string', default: 'Q4_0,Q8_0,Q4_K_M' },
    contexts: { type: 'string', default: '128,4096,16384' },
    shapes: { type: 'string', default: '4096x4096,14336x4096,4096x14336,8192x2048,128256x4096' },
    /** Weights are taken from so much memory in turn, that no cache holds them. */
    pool: { type: 'string', default: '512' },
    /** Layers of the whole models, fewer than they have. */
    layers: { type: 'string' },
    enough: { type: 'string', default: '40' },
  },
});
const enoughMs = Number(values.enough);
const types = values.types.split(',').filter(Boolean);
const poolBytes = Number(values.pool) * MIB;
const rows: Record<string, unknown>[] = [];
const print = (line: string) => process.stdout.write(`${line}\n`);
const record = (table: string, row: Record<string, string | number>) => {
  rows.push({ table, ...row });
  print(`| ${Object.values(row).join(' | ')} |`);
};
const heading = (title: string, ...columns: string[]) =>
  print(`\n**${title}**\n\n| ${columns.join(' | ')} |\n|${columns.map(() => '---').join('|')}|`);

/** Bytes a second of a matvec whose weights come from memory, not from a cache. */
async function matvecRate(gpu: Gpu, format: QuantFormat, path: Path, outRows: number, cols: number) {
  const owner = 'bench';
  try {
    const weightBytes = formatBytesFor(format, outRows * cols);
    const copies = Math.max(1, Math.min(32, Math.ceil(poolBytes / weightBytes)));
    const storage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
    const x = await gpu.memory.create(owner, 'x', cols * 4, storage);
    const y = await gpu.memory.create(owner, 'y', outRows * 4, storage);
    fillRandom(gpu, x);
    const lattices = new LatticeBuffers(gpu, owner);
    const dispatches = [];
    const arena = await gpu.arena(owner, copies * 8);
    for (let i = 0; i < copies; i++) {
      const shape = [{ name: `w${i}`, shape: [cols, outRows] }];
      const [tensor] = await allocateTensors(gpu, owner, format, shape, lattices);
      for (const slab of tensor!.slabs) {
        fillRandom(gpu, slab.buffer);
        dispatches.push(
          matvecDispatch(gpu, arena, { path, tensor: tensor!, slab, x, y, epsilon: 1e-5, at: slab.firstRow }),
        );
      }
    }
    const ms = (await medianRound(gpu, dispatches, enoughMs)) / copies;
    gpu.check();
    return { ms, bytesPerSecond: (1000 * weightBytes) / ms };
  } finally {
    gpu.memory.release(owner);
  }
}

async function kernelTable(gpu: Gpu, ceiling: DeviceCeiling): Promise<void> {
  heading('Products of one token', 'type', 'path', 'rows x cols', 'ms', 'GB/s', 'of the probe');
  for (const label of types)
    for (const shape of values.shapes.split(',')) {
      const [outRows, cols] = shape.split('x').map(Number) as [number, number];
      const format = formatByLabel(label);
      for (const path of ['int8', 'float32'] as const) {
        if (pathOf(gpu, path, format, cols) !== path) continue;
        const { ms, bytesPerSecond } = await matvecRate(gpu, format, path, outRows, cols);
        const share = bytesPerSecond / ceiling.readBytesPerSecond;
        record('matvec', {
          type: label,
          path,
          shape,
          ms: ms.toFixed(4),
          gbPerSecond: (bytesPerSecond / 1e9).toFixed(1),
          share: share.toFixed(2),
        });
      }
    }
}

/** Bytes that a token reads: every matrix once (an embedding that is no head: a row), and its keys and values. */
function bytesPerToken(
  engine: Engine,
  weightBytes: number,
  s: LlamaShape,
  embedding: number,
  context: number,
): number {
  const kv = 2 * s.layers * s.kvHeads * (s.width / s.heads) * 2 * Math.min(context, engine.context);
  return weightBytes - (s.tied ? 0 : embedding) + kv;
}

async function modelTable(gpu: Gpu, ceiling: DeviceCeiling): Promise<void> {
  heading(
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
  for (const name of values.models.split(',').filter(Boolean) as (keyof typeof llamaShapes)[])
    for (const label of values.levels.split(',')) {
      const whole = llamaShapes[name];
      const shape = { ...whole, layers: Math.min(whole.layers, Number(values.layers ?? whole.layers)) };
      const model = syntheticModel(name, shape);
      let owner = '';
      try {
        const prepared = await syntheticLevel(gpu, model, label);
        owner = prepared.owner;
        const context = Math.max(...contexts) + 128;
        const engine = await Engine.create(gpu, prepared, { context, kvType: 'F16' });
        engine.setSampling(GREEDY);
        const ids = Array.from({ length: 512 }, (_, i) => (i * 7919) % shape.vocabulary);
        const prompt: number[] = [];
        for (let run = 0; run < 3; run++) {
          engine.rollback(0);
          const started = performance.now();
          await engine.prefill(ids);
          prompt.push(512_000 / (performance.now() - started));
        }
        const embedding = prepared.tensors
          .get('token_embd.weight')!
          .slabs.reduce((n, s) => n + s.buffer.size, 0);
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
          const bytes = bytesPerToken(engine, prepared.weightBytes, shape, embedding, at);
          // Tokens a second times bytes a token.
          const rate = speed.median * bytes;
          first ??= rate;
          const dispatches = engine.dispatchesPerToken(at + 24);
          const bytesBound = ceiling.readBytesPerSecond / bytes;
          const both = 1 / (1 / bytesBound + (dispatches * ceiling.dispatchMs) / 1000);
          record('model', {
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
      } catch (error) {
        record('model', { model: name, level: label, context: '-', generation: String(error).slice(0, 120) });
      } finally {
        if (owner) gpu.memory.release(owner);
      }
    }
}

/** Encoders from float32 that is uploaded to blocks that are read back, and whether they give the codec's bytes. */
async function quantizeTable(gpu: Gpu): Promise<void> {
  heading('Quantizers', 'type', 'M weights/s', 'GB/s read and written', 'blocks like the codec');
  const cols = 1024;
  const most = 4096;
  const x = noise(most * cols, 1);
  const importance = noise(cols, 7).map((v) => v * v + 1e-3);
  const type = formatByLabel('F32');
  const pipeline = await TensorPipeline.create(gpu, x.length);
  for (const label of types) {
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
      if (elapsed > 4 * enoughMs || count >= most) break;
      count *= 2;
    }
    const weights = (count * cols) / (elapsed / 1000);
    const perWeight = 4 + format.block.bytes / format.block.size;
    record('quantize', {
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
const ceiling = await probeDevice(gpu, { bytes: poolBytes, enoughMs: 4 * enoughMs });
const { facts } = gpu;
print(`adapter: ${gpu.adapterName}; ${gpu.lanes.kind} lanes, ${gpu.lanes.count} a team, ${gpu.teams} teams`);
print(
  `bindings up to ${formatBytes(facts.maxBindingBytes)}, workgroup memory ${gpu.device.limits.maxComputeWorkgroupStorageSize} bytes; features ${facts.features.join(', ')}`,
);
print(
  `numerics: division ${numerics.division}, square root ${numerics.squareRoot}, contraction ${numerics.contraction}, halves ${numerics.halfPacking}, denormals ${numerics.denormals}, self-test ${numerics.elapsedMs.toFixed(0)} ms; quantizers divide by ${gpu.arithmetic === 'native' ? 'the hardware' : 'integers'}`,
);
print(
  `probe: reads ${(ceiling.readBytesPerSecond / 1e9).toFixed(1)} GB/s; a dispatch that waits for another ${(1000 * ceiling.dispatchMs).toFixed(2)} us, encoding one ${(1000 * ceiling.encodeMs).toFixed(2)} us`,
);
if (!gpu.onCpu) {
  const { paths, oneMs, manyMs, elapsedMs } = await tunePaths(gpu);
  print(
    `paths in ${elapsedMs.toFixed(0)} ms: ${paths.one} for one token ${JSON.stringify(oneMs)}, ${paths.many} for many ${JSON.stringify(manyMs)} (ms)`,
  );
}
await kernelTable(gpu, ceiling);
await modelTable(gpu, ceiling);
await quantizeTable(gpu);
if (values.json)
  writeFileSync(
    values.json,
    JSON.stringify({ adapter: gpu.adapterName, facts, numerics, ceiling, rows }, null, 1),
  );
gpu.close();
