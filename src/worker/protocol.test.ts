import { describe, expect, test } from 'vitest';
import type { GeneratedPiece } from '../infer/generate';
import type { PromptRequest } from '../studio/records';
import { type GenerateWork, Studio } from '../studio/studio';
import { tinyGguf } from '../../bench/models/tiny-llama';
import { CancelledError, FileError, fromWire, RefusedError, toWire, UnsupportedError } from '../util/errors';
import { EngineClient, type Port } from './client';
import type { EngineEvent } from './protocol';
import { serve } from './host';
import { testSandbox } from '../testing/text/sandbox';

/** Client and host connected by structured clones, as with a Worker; without a GPU. */
function connect(
  studio = new Studio(
    () => Promise.reject(new UnsupportedError('This browser has no WebGPU.', 'hint')),
    testSandbox,
  ),
): EngineClient {
  const port: Port = { onmessage: null, onerror: null, postMessage: () => {} };
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
  test('ranked tokens of an answer come in order, and those before a lost device do not', async () => {
    const ranked = (id: number) => ({ id, text: `${id} `, probability: 0.5, top: [] });
    const piece = (id: number): GeneratedPiece => ({
      kind: 'text',
      id,
      text: `${id} `,
      parts: [{ kind: 'answer', text: `${id} ` }],
      ranked: ranked(id),
    });
    const asked: PromptRequest[] = [];
    const studio = {
      memory: { currentBytes: 0, peakBytes: 0, owners: [] },
      levels: [],
      generate: async (request: PromptRequest, { token, restart }: GenerateWork) => {
        asked.push(request);
        token!(piece(7));
        restart!();
        for (const id of [1, 2]) token!(piece(id));
        await new Promise((resolve) => setTimeout(resolve, 30));
        token!(piece(3));
        return null;
      },
    } as unknown as Studio;
    const client = connect(studio);
    const events: EngineEvent[] = [];
    const request: PromptRequest = {
      type: 'Q8_0',
      prompt: 'a',
      maxTokens: 3,
      sampling: { temperature: 0, topK: 0, topP: 1, minP: 0, seed: 0, repeatPenalty: 1.1, repeatLastN: -1 },
      stop: ['User:'],
      topLogprobs: 4,
    };
    await client.call('generate', [request], (event) => events.push(event)).result;
    expect(asked).toEqual([request]);
    expect(events.filter((e) => e.kind === 'ranked')).toEqual([
      { kind: 'ranked', tokens: [ranked(1), ranked(2)] },
      { kind: 'ranked', tokens: [ranked(3)] },
    ]);
    const texts = events.flatMap((e) => (e.kind === 'token' ? [e.text] : []));
    expect(texts.join('')).toBe('1 2 3 ');
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
