// Checked by the compiler against the packed package, as the code of somebody who installed it would be.
import type { ImportanceMatrix, KlDivergence, LevelPlan, QuantizeOptions } from 'nibble-studio';
import { createDevice, deviceDescriptor, levels, MemorySink, Model, planLevel } from 'nibble-studio';
import * as browser from 'nibble-studio/browser';
import * as node from 'nibble-studio/node';
import { type EngineClient, startEngine } from 'nibble-studio/worker';

const all: readonly string[] = levels.map((level) => level.name);

export async function quantize(
  path: string,
  importance?: ImportanceMatrix,
): Promise<Uint8Array<ArrayBuffer>> {
  const model = await node.openModel(node.openPath(path));
  const options: QuantizeOptions = { importance, tensorTypes: [{ pattern: /output/, type: 'Q8_0' }] };
  const plan: LevelPlan = planLevel(model, all[0] ?? 'Q4_0', options);
  const device = await node.openDevice({ maxBindingBytes: 1 << 27 });
  const sink = new MemorySink();
  const { sizeBytes } = await node.writeGguf(device, plan, sink, { progress: (done) => done.doneBytes });
  const text = await node.load(device, plan, { kvType: 'Q8_0' });
  // A class is one class, by whatever entry it came.
  const same: browser.TextModel = text;
  const answer = await same.chat([{ role: 'user', content: `${sizeBytes}` }], { temperature: 0.5 });
  const found: KlDivergence = await node.measureKlDivergence(
    device,
    { base: plan, level: plan },
    answer.text,
  );
  return found.kl.mean > 0 ? sink.bytes() : new Uint8Array(0);
}

export const ownDevice = async (adapter: GPUAdapter) =>
  createDevice(await adapter.requestDevice(deviceDescriptor(adapter)), { tunings: browser.tuningStore });

export async function inWorker(file: File): Promise<number> {
  const engine: EngineClient = startEngine();
  const { result } = engine.call('open', [[{ path: file.name, file }], file.name, {}], ({ kind }) => kind);
  return (await result).parameters;
}

// @ts-expect-error The library makes models; their constructor is private.
new Model();
// @ts-expect-error There is no such type of the cache.
void node.load({}, {}, { kvType: 'Q3_0' });
// @ts-expect-error An option of llama-quantize that is misspelt.
export const misspelt: QuantizeOptions = { pur: true };
// @ts-expect-error A call that the worker does not have.
startEngine().call('opens', []);
