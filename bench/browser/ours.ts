// This engine on a page of its own, without the studio.
import { memorySource } from '../../src/files/byte-source';
import { Gpu, wantedDevice } from '../../src/gpu/gpu';
import { planQuantization } from '../../src/model/plan';
import { fileTypeByLabel } from '../../src/quant/file-types';
import { Engine, GREEDY } from '../../src/infer/engine';
import { testNumerics } from '../../src/device/numerics';
import { openModel } from '../../src/pipeline/open';
import { prepareLevel } from '../../src/pipeline/prepared';
import { shaderSources } from '../../src/wgsl/sources';

export interface OwnRun {
  readonly ids: number[];
  readonly promptMs: number;
  readonly decodeMs: number;
}

let engine: Engine;

/** Opens a GGUF with one level and creates an engine; returns the adapter's name and the allocated bytes. */
export async function load(
  url: string,
  type: string,
  context: number,
): Promise<{ adapter: string; bytes: number }> {
  const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter) throw new Error('no WebGPU adapter');
  const gpu = new Gpu(await adapter.requestDevice(wantedDevice(adapter)), shaderSources, {
    adapterInfo: adapter.info,
  });
  await testNumerics(gpu);
  const model = await openModel([memorySource('model.gguf', bytes)], 'model');
  const prepared = await prepareLevel(gpu, model, planQuantization(model, fileTypeByLabel(type)!));
  engine = await Engine.create(gpu, prepared, { context, kvType: 'F16' });
  engine.setSampling(GREEDY);
  return { adapter: gpu.adapterName, bytes: gpu.memory.currentBytes };
}

/** Prefills an empty cache and decodes `count` greedy tokens. */
export async function run(prompt: readonly number[], count: number): Promise<OwnRun> {
  engine.rollback(0);
  const started = performance.now();
  const { id } = await engine.prefill(prompt);
  const prompted = performance.now();
  const ids = [id];
  if (count > 1) for await (const next of engine.tokens(id, count - 1)) ids.push(next);
  return { ids, promptMs: prompted - started, decodeMs: performance.now() - prompted };
}
