// Every step fails once: nothing is left behind, the first error is told, and the next request is answered.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { testGpu, undrivenDevice } from '../device';
import { Fault, type FaultKind, faultKinds } from './fault';
import { type Operation, operations, Workshop } from './workshop';

/** Steps of a kind that are tried, evenly spaced; NIBBLE_FAULTS has another number, or "all". */
const { NIBBLE_FAULTS: asked = '3' } = process.env;
const MOST = asked === 'all' ? Number.POSITIVE_INFINITY : Number(asked);
/**
 * After a fault the next request is answered. Where a few steps are tried it is a small one, and the same again after the last
 * of a kind; in a long run it is always the same.
 */
const IS_LONG = process.env.NIBBLE_FAULTS !== undefined;
/** The same on the adapter at hand, which computes. */
const MOST_COMPUTED = Math.min(MOST, 2);
/** Waits of the engine for a loss that is reported late; here it is reported at once. */
const LONGEST_WAIT_MS = 2;

interface Row {
  readonly device: string;
  readonly operation: Operation;
  readonly kind: FaultKind;
  readonly steps: number;
  injected: number;
  /** Answered in spite of the fault: by another device, or another way. */
  answered: number;
  clean: number;
}

const rows: Row[] = [];
const unhandled: unknown[] = [];
const onUnhandled = (error: unknown) => unhandled.push(error);
let shop: Workshop;

beforeAll(() => {
  const { setTimeout: original } = globalThis;
  vi.stubGlobal('setTimeout', (f: () => void, ms = 0) => original(f, Math.min(ms, LONGEST_WAIT_MS)));
  process.on('unhandledRejection', onUnhandled);
});
afterAll(() => {
  process.off('unhandledRejection', onUnhandled);
  vi.unstubAllGlobals();
  process.stdout.write(`${tableOf(rows.filter((r) => r.steps > 0))}\n`);
});

const tableOf = (all: readonly Row[]): string =>
  [
    '| device | work | fault | steps | injected | answered | clean |',
    '| --- | --- | --- | ---: | ---: | ---: | ---: |',
    ...all.map(
      (r) =>
        `| ${r.device} | ${r.operation} | ${r.kind} | ${r.steps} | ${r.injected} | ${r.answered} | ${r.clean} |`,
    ),
  ].join('\n');

/** Runs an operation under a fault; resolves to the error it ended with, if any. */
async function run(operation: Operation, fault: Fault): Promise<unknown> {
  // Pipelines are made once for each device.
  if (fault.kind === 'pipeline') await shop.forgetDevice();
  shop.fault = fault;
  fault.arm();
  try {
    await operations[operation](shop);
    return undefined;
  } catch (error) {
    return error;
  } finally {
    fault.disarm();
  }
}

/** Everything that is wrong after the n-th step failed. */
async function defects(operation: Operation, fault: Fault, row: Row, next: Operation): Promise<string[]> {
  const error = await run(operation, fault);
  // Errors that are no exceptions, and rejections that nobody waits for, come a moment later.
  await new Promise((resolve) => setTimeout(resolve, LONGEST_WAIT_MS));
  row.injected++;
  if (error === undefined) row.answered++;
  const found = shop.leftovers();
  if (error === undefined && ['read is short', 'read fails', 'read is revoked'].includes(fault.kind))
    found.push('bytes that never came were not missed');
  if (error !== undefined && !shop.isMarked(error) && fault.kind !== 'read is short')
    found.push(`the first error is lost: ${String(error)}`);
  if (
    fault.kind === 'read is short' &&
    error !== undefined &&
    !/FileError/.test(String((error as Error).name))
  )
    found.push(`a short read became ${String(error)}`);
  found.push(...unhandled.splice(0).map((e) => `nobody waited for: ${String(e)}`));
  shop.tidy();
  // The next request.
  const again = await run(next, new Fault(fault.kind, 0));
  if (again !== undefined) found.push(`the next request failed: ${String((again as Error).stack)}`);
  found.push(...shop.leftovers().map((what) => `after the next request, ${what}`));
  shop.tidy();
  if (found.length === 0) row.clean++;
  return found;
}

/** The work without a fault, by device and operation: one run counts the steps of every kind. */
const counts = new Map<string, Fault>();
/** Pipelines are counted where each is made, on a new device. */
async function stepsOf(device: string, operation: Operation, kind: FaultKind): Promise<number> {
  const key = `${device} ${operation} ${kind === 'pipeline'}`;
  let counted = counts.get(key);
  if (!counted) {
    // A device that is opened first has steps of its own.
    if (kind !== 'pipeline') await run('prepare', new Fault(kind, 0));
    shop.leftovers();
    counted = new Fault(kind, 0);
    expect(await run(operation, counted), 'without a fault').toBeUndefined();
    expect(shop.leftovers()).toEqual([]);
    shop.tidy();
    counts.set(key, counted);
  }
  return counted.steps(kind);
}

/** Fails evenly spaced steps of a kind; resolves to everything that was wrong. */
async function trial(device: string, operation: Operation, kind: FaultKind, most: number): Promise<string[]> {
  const steps = await stepsOf(device, operation, kind);
  const row: Row = { device, operation, kind, steps, injected: 0, answered: 0, clean: 0 };
  rows.push(row);
  const found: string[] = [];
  // The first step, the last, and others between them.
  const stride = Math.max(1, (steps - 1) / (most - 1));
  for (let at = 1; at < steps + 0.5 && found.length < 20; at += stride) {
    const step = Math.round(at);
    const fault = new Fault(kind, step);
    const isSame = IS_LONG || operation === 'open' || step === steps;
    for (const what of await defects(operation, fault, row, isSame ? operation : 'prepare'))
      found.push(`step ${step}: ${what}`);
  }
  return found;
}

const ofSinks: readonly FaultKind[] = ['write fails', 'disk is full', 'close fails', 'cleanup fails'];
const casesOf = (work: readonly Operation[], kinds: readonly FaultKind[]) =>
  work.flatMap((operation) =>
    kinds
      .filter((kind) => operation.startsWith('export') || !ofSinks.includes(kind))
      .map((kind) => ({ operation, kind })),
  );

describe('every step may fail', () => {
  beforeAll(async () => {
    shop = new Workshop(await undrivenDevice());
    await shop.open();
  });
  afterAll(() => shop.end());
  test.each(casesOf(Object.keys(operations) as Operation[], faultKinds))(
    '$operation: $kind',
    async ({ operation, kind }) => {
      expect(await trial('none', operation, kind, MOST)).toEqual([]);
    },
  );
});

describe('on a device that computes', () => {
  beforeAll(async () => {
    shop = new Workshop((await testGpu()).device, true);
    await shop.open();
  });
  afterAll(() => shop.end());
  const work = ['prepare', 'export', 'generate', 'quality'] as const;
  const kinds = [
    'out of memory',
    'submit is invalid',
    'map',
    'read is revoked',
    'disk is full',
    'device loss',
  ] as const;
  test.each(casesOf(work, kinds))('$operation: $kind', async ({ operation, kind }) => {
    expect(await trial('adapter', operation, kind, MOST_COMPUTED)).toEqual([]);
  });
});
