// A studio whose device, files and sinks can fail at any step.
import { memorySource } from '../../files/byte-source';
import { Gpu } from '../../gpu/gpu';
import { shadersFromDisk } from '../../node/shaders';
import { Studio } from '../../studio/studio';
import { encodeGguf, type TinyShape, tinyMetadata, tinyTensors } from '../../../bench/models/tiny-llama';
import { Fault, MARK } from './fault';
import { FaultySink, faultySource } from './faulty-files';
import { FaultyDevice } from './faulty-gpu';
import { testSandbox } from '../text/sandbox';

const SHAPE: TinyShape = {
  width: 64,
  ffn: 64,
  layers: 1,
  heads: 2,
  kvHeads: 2,
  vocabulary: 290,
  context: 32,
};
/** Weights of zero: what a device that computes nothing gives back is right. */
const MODEL = encodeGguf(
  tinyMetadata(SHAPE),
  tinyTensors(SHAPE).map((t) => ({ ...t, values: new Float32Array(t.values.length) })),
);
const TEXT = 'a b c d e f g h i j k l m n o p q r s t u v w x y z '.repeat(4);
const SETTINGS = { context: 32, kvType: 'F16', fallbackToF16: false, strict: false } as const;
const GREEDY = { temperature: 0, topK: 0, topP: 1, minP: 0, seed: 0 };

/** Work of a studio; each begins and ends with no level on the device. */
export const operations = {
  open: async (shop: Workshop) => {
    await shop.forgetDevice();
    await shop.open();
    await shop.studio.capabilities();
  },
  prepare: (shop: Workshop) => shop.studio.prepare('Q8_0'),
  export: (shop: Workshop) => shop.studio.export('Q8_0', shop.sink()),
  'export of a prepared level': async (shop: Workshop) => {
    await shop.studio.prepare('Q8_0');
    await shop.studio.export('Q8_0', shop.sink());
  },
  generate: (shop: Workshop) =>
    shop.studio.generate({ type: 'Q8_0', prompt: 'a b c', maxTokens: 12, sampling: GREEDY }),
  quality: (shop: Workshop) =>
    shop.studio.lab.quality({
      type: 'Q8_0',
      base: 'F16',
      text: TEXT,
      textLabel: 'letters',
      context: 32,
      chunks: 2,
      budgetMs: 1000,
    }),
  benchmark: (shop: Workshop) =>
    shop.studio.benchmark('Q8_0', { promptTokens: 8, generatedTokens: 4, runs: 1 }),
  importance: (shop: Workshop) =>
    shop.studio.lab.importance({ type: 'F16', text: TEXT, textLabel: 'letters', context: 32 }),
  search: (shop: Workshop) =>
    shop.studio.lab.sensitivities({ base: 'F16', text: TEXT, context: 32, chunks: 1 }),
  'side by side': (shop: Workshop) =>
    shop.studio.lab.write({ type: 'Q8_0', prompt: 'a b c', maxTokens: 6, sampling: GREEDY }),
  difference: (shop: Workshop) => shop.studio.difference('Q8_0'),
} as const;
export type Operation = keyof typeof operations;

export class Workshop {
  readonly studio: Studio;
  fault = new Fault('map', 0);
  readonly #shaders = shadersFromDisk();
  #devices: FaultyDevice[] = [];
  sinks: FaultySink[] = [];

  /** `computes` for a device with a driver. */
  constructor(real: GPUDevice, computes = false) {
    this.studio = new Studio(() => {
      const device = new FaultyDevice(real, () => this.fault, computes);
      this.#devices.push(device);
      this.#step();
      return Promise.resolve(new Gpu(device.device, this.#shaders));
    }, testSandbox);
  }

  #step = () => this.#devices.at(-1)?.step();
  /** The next request opens a device anew. */
  async forgetDevice(): Promise<void> {
    const newest = this.#devices.at(-1);
    newest?.lose();
    await newest?.device.lost;
  }
  /** Gives everything back. */
  end(): void {
    for (const device of this.#devices.splice(0)) device.end();
  }
  async open(): Promise<void> {
    const source = memorySource('tiny.gguf', MODEL);
    await this.studio.open([faultySource(source, () => this.fault, this.#step)], 'tiny');
    this.studio.plan(SETTINGS);
  }
  sink(): FaultySink {
    const sink = new FaultySink(() => this.fault, this.#step);
    this.sinks.push(sink);
    return sink;
  }

  /** Everything that is wrong after a request, once all levels are released. */
  leftovers(): string[] {
    this.studio.releaseAll();
    const { currentBytes, owners } = this.studio.memory;
    const newest = this.#devices.at(-1);
    const found: string[] = [];
    if (!newest?.isLost) {
      if (currentBytes > 0) found.push(`the ledger holds ${JSON.stringify(owners)}`);
      if (newest && newest.liveBuffers > 0) found.push(`${newest.liveBuffers} buffers are alive`);
    }
    for (const old of this.#devices.slice(0, -1))
      if (!old.isLost && old.liveBuffers > 0)
        found.push(`a device that was left holds ${old.liveBuffers} buffers`);
    for (const sink of this.sinks)
      if (!sink.isSettled)
        found.push(`a sink was closed ${sink.closes} times and aborted ${sink.aborts} times`);
    for (const sink of this.sinks)
      if (sink.closes === 0 && this.fault.kind !== 'cleanup fails' && sink.bytes().length > 0)
        found.push('half a file is left');
    return found;
  }
  /** Forgets sinks and devices that are no longer in use. */
  tidy(): void {
    this.sinks = [];
    for (const old of this.#devices.splice(0, this.#devices.length - 1)) old.end();
  }
  get isMarked(): (error: unknown) => boolean {
    return (error) => String(error).includes(MARK);
  }
}
