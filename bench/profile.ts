import { medianRound } from '../src/device/probe';
import type { Gpu } from '../src/gpu/gpu';
import { type Dispatch, encode } from '../src/gpu/kernel';
import { type EngineOptions, levelSlots, modelRuntime } from '../src/infer/model-runtime';
import { recordDecoder } from '../src/model/arch/decoder';
import { DecodeRecorder } from '../src/model/blocks/decode';
import { PrefillRecorder } from '../src/model/blocks/prefill';
import type { Recorder } from '../src/model/blocks/recorder';
import { samplingSteps } from '../src/model/blocks/sampling';
import type { Extent, Step } from '../src/model/blocks/steps';
import type { Prepared } from '../src/pipeline/prepared';

/** The dispatches of a pass of this extent, by the label of their kernel. */
function byKernel(steps: readonly Step[], e: Extent): Map<string, Dispatch[]> {
  const groups = new Map<string, Dispatch[]>();
  for (const { dispatch, x, y } of steps) {
    const workgroups = [
      x ? x(e) : dispatch.workgroups[0],
      y ? y(e) : (dispatch.workgroups[1] ?? 1),
      dispatch.workgroups[2] ?? 1,
    ] as const;
    if (workgroups.includes(0)) continue;
    const name = dispatch.kernel.label.replaceAll('lib/', '').replaceAll('ops/', '');
    const group = groups.get(name) ?? [];
    group.push({ ...dispatch, workgroups });
    groups.set(name, group);
  }
  return groups;
}

/**
 * Milliseconds of each kernel in a decode step at `contexts` cached positions and in a prefill pass of `chunk` tokens
 * behind them: all its dispatches of one pass, one after the other. The last row of a pass is all of it in order.
 */
export async function profilePasses(
  gpu: Gpu,
  prepared: Prepared,
  options: EngineOptions & {
    readonly name: string;
    readonly contexts: readonly number[];
    readonly enoughMs: number;
  },
): Promise<Record<string, string | number>[]> {
  const rows: Record<string, string | number>[] = [];
  const owner = gpu.memory.owner('profile');
  try {
    const runtime = await modelRuntime(gpu, owner, prepared.model, levelSlots(prepared), options);
    const record = (recorder: Recorder) => {
      recordDecoder(recorder, runtime);
      return [...recorder.steps, ...samplingSteps(gpu, runtime)];
    };
    const passes = [
      ['decode', record(new DecodeRecorder(gpu, runtime, prepared.tensors)), 1],
      ['prefill', record(new PrefillRecorder(gpu, runtime, prepared.tensors, false)), runtime.chunk],
    ] as const;
    for (const at of options.contexts)
      for (const [pass, steps, tokens] of passes) {
        if (at + tokens > runtime.context) continue;
        gpu.device.queue.writeBuffer(runtime.state, 0, Uint32Array.of(at, tokens, 0, 0));
        const extent = { tokens, positions: at + tokens };
        const groups = byKernel(steps, extent);
        // Sampling advances the position, so it runs once a pass and not over and over.
        const measured = [...groups].filter(([name]) => !name.startsWith('sample'));
        const row = { model: options.name, level: prepared.plan.fileType.label, pass, tokens, context: at };
        for (const [kernel, dispatches] of measured) {
          const ms = await medianRound(gpu, dispatches, options.enoughMs, 3);
          rows.push({ ...row, kernel, dispatches: dispatches.length, ms: ms.toFixed(4) });
        }
        const all = measured.flatMap(([, dispatches]) => dispatches);
        const inOrder = steps.flatMap((step) => all.filter((d) => d.group === step.dispatch.group));
        const ms = await medianRound(gpu, inOrder, options.enoughMs, 3);
        const encodeStarted = performance.now();
        const commands = gpu.commands((p) => encode(p, inOrder));
        const encodeMs = performance.now() - encodeStarted;
        gpu.device.queue.submit([commands]);
        await gpu.done();
        rows.push({ ...row, kernel: 'all', dispatches: inOrder.length, ms: ms.toFixed(4) });
        rows.push({ ...row, kernel: 'encoding', dispatches: inOrder.length, ms: encodeMs.toFixed(4) });
      }
    gpu.check();
    return rows;
  } finally {
    owner.dispose();
  }
}
