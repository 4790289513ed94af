import { describe, expect, test } from 'vitest';
import { Studio } from '../studio/studio';
import { tinyGguf } from '../../bench/models/tiny-llama';
import { CancelledError, FileError, fromWire, RefusedError, toWire, UnsupportedError } from '../util/errors';
import { EngineClient, type Port } from './client';
import { serve } from './host';
import { testSandbox } from '../testing/text/sandbox';

/** Client and host connected by structured clones, as with a Worker; without a GPU. */
function connect(): EngineClient {
  const port: Port = { onmessage: null, onerror: null, postMessage: () => {} };
  const studio = new Studio(
    () => Promise.reject(new UnsupportedError('This browser has no WebGPU.', 'hint')),
    testSandbox,
  );
  const answer = serve(studio, (message) =>
    port.onmessage?.({ data: structuredClone(message) } as MessageEvent),
  );
  port.postMessage = (message) => queueMicrotask(() => answer(structuredClone(message)));
  return new EngineClient(() => port);
}
const drop = (bytes: Uint8Array<ArrayBuffer>) => [{ path: 'tiny.gguf', file: new Blob([bytes]) }];

describe('the protocol', () => {
  test('errors keep class, message and hint', () => {
    for (const error of [new FileError('a', 'b'), new RefusedError('c', 'd'), new CancelledError()]) {
      const back = fromWire(structuredClone(toWire(error)));
      expect(back).toBeInstanceOf(error.constructor);
      expect(back).toMatchObject({ message: error.message, hint: error.hint });
    }
    expect(fromWire(toWire(new TypeError('x')))).toMatchObject({ name: 'TypeError', message: 'x' });
  });
  test('without WebGPU a model can be opened and planned, and what needs the GPU says why', async () => {
    const client = connect();
    await expect(client.call('device', []).result).rejects.toBeInstanceOf(UnsupportedError);
    const model = await client.call('open', [drop(tinyGguf()), 'tiny.gguf', {}]).result;
    expect(model).toMatchObject({ architecture: 'llama', layers: 2, blocked: null });
    const settings = { context: 64, kvType: 'F16' as const, fallbackToF16: false, strict: false };
    const plan = await client.call('plan', [settings]).result;
    expect(plan.map((p) => p.type)).toContain('Q4_0');
    await expect(client.call('prepare', ['Q4_0']).result).rejects.toThrow(/no WebGPU/);
    expect((await client.call('plan', [settings]).result).length).toBe(plan.length);
  });
  test('lists to choose from come without WebGPU and without a model', async () => {
    const { kvTypes, preTokenizers } = await connect().call('lists', []).result;
    expect(kvTypes).toEqual(['F32', 'F16', 'Q8_0', 'Q4_0']);
    expect(preTokenizers).toEqual([...new Set(preTokenizers)].sort());
    expect(preTokenizers).toEqual(expect.arrayContaining(['gpt-2', 'llama-bpe', 'qwen2']));
  });
  test('a bad file leaves the model that was open', async () => {
    const client = connect();
    await client.call('open', [drop(tinyGguf()), 'tiny.gguf', {}]).result;
    const bad = client.call('open', [drop(tinyGguf().slice(0, 99)), 'bad.gguf', {}]).result;
    await expect(bad).rejects.toBeInstanceOf(FileError);
    expect(
      await client.call('plan', [{ context: 64, kvType: 'F16', fallbackToF16: false, strict: false }]).result,
    ).not.toHaveLength(0);
  });
  test('a client that is disposed of ends its worker and its calls', async () => {
    let ended = 0;
    const port: Port = { onmessage: null, onerror: null, postMessage: () => {}, terminate: () => ended++ };
    const client = new EngineClient(() => port);
    const { result } = client.call('device', []);
    client.dispose();
    await expect(result).rejects.toBeInstanceOf(CancelledError);
    expect(ended).toBe(1);
  });
  test('calls before a model say what to do', async () => {
    await expect(connect().call('prepare', ['Q8_0']).result).rejects.toThrow(/WebGPU|No model/);
  });
});
