// ONNX Runtime on a page of its own.
import type { InferenceSession, Tensor, TypedTensor } from 'onnxruntime-web/webgpu';

import type { OnnxCache } from './decoder';

type Ort = typeof import('onnxruntime-web/webgpu');
let ort: Ort;
let session: InferenceSession;
let caches: string[] = [];
let cacheShape: readonly number[] = [];

export async function load(url: string, { layers, shape }: OnnxCache): Promise<void> {
  const module = '/ort/ort.webgpu.min.mjs';
  ort = (await import(/* @vite-ignore */ module)) as Ort;
  ort.env.wasm.wasmPaths = '/ort/';
  ort.env.wasm.numThreads = 2;
  cacheShape = shape;
  caches = Array.from({ length: layers }, (_, i) => [`${i}.key`, `${i}.value`]).flat();
  const onGpu = Object.fromEntries(caches.map((name) => [`present.${name}`, 'gpu-buffer' as const]));
  const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
  const options = { executionProviders: ['webgpu'], preferredOutputLocation: onGpu };
  session = await ort.InferenceSession.create(bytes, options);
}

/** Prefills an empty cache and decodes `count` greedy tokens. */
export async function run(prompt: readonly number[], count: number) {
  let past = new Map<string, Tensor>(
    caches.map((name) => [name, new ort.Tensor('float32', new Float32Array(0), cacheShape)]),
  );
  let total = 0;
  const step = async (ids: readonly number[]): Promise<number> => {
    total += ids.length;
    const out = await session.run({
      ids: new ort.Tensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length]),
      seqlens_k: new ort.Tensor('int32', Int32Array.of(total - 1), [1]),
      total: new ort.Tensor('int32', Int32Array.of(total), [1]),
      ...Object.fromEntries([...past].map(([name, t]) => [`past.${name}`, t])),
    });
    for (const t of past.values()) t.dispose();
    past = new Map(caches.map((name) => [name, out[`present.${name}`]!]));
    const logits = (out.logits as TypedTensor<'float32'>).data;
    return logits.reduce((best, v, i) => (v > logits[best]! ? i : best), 0);
  };
  const started = performance.now();
  const ids = [await step(prompt)];
  const prompted = performance.now();
  while (ids.length < count) ids.push(await step([ids.at(-1)!]));
  const decodeMs = performance.now() - prompted;
  for (const t of past.values()) t.dispose();
  return { ids, promptMs: prompted - started, decodeMs };
}
