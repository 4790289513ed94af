// npm run fuzz -- [READER ...] [--inputs N] [--seed S] [--threads T] [--faults] [--one INDEX] [--unreached] [--refusals]
import { parseArgs } from 'node:util';
import { bundleWorker } from './bundle';
import { Chooser } from './chooser';
import { faults } from './faults';
import type { AnyFuzzer } from './reader';
import { fuzzers } from './registry';
import { type FuzzReport, runFuzzer } from './run';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    inputs: { type: 'string' },
    seed: { type: 'string', default: '1' },
    threads: { type: 'string', default: '1' },
    one: { type: 'string' },
    faults: { type: 'boolean' },
    unreached: { type: 'boolean' },
    refusals: { type: 'boolean' },
  },
});
const count = (text: string, what: string): number => {
  const n = Number(text);
  if (Number.isSafeInteger(n) && n >= 0) return n;
  console.error(`--${what} ${text} is no count`);
  process.exit(2);
};
const seed = count(values.seed, 'seed');
const threads = count(values.threads, 'threads');

function chosen(): readonly AnyFuzzer[] {
  if (positionals.length === 0) return fuzzers;
  const unknown = positionals.filter((name) => !fuzzers.some((f) => f.name === name));
  if (unknown.length > 0) {
    console.error(
      `no such reader: ${unknown.join(', ')}; there are ${fuzzers.map((f) => f.name).join(', ')}`,
    );
    process.exit(2);
  }
  return fuzzers.filter((f) => positionals.includes(f.name));
}

const percent = (part: number, whole: number) => `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;
const MIN_REACHED = 0.9;

/** A row of the table in docs/testing.md. */
const row = (r: FuzzReport): string =>
  `| ${[
    r.name,
    r.inputs.toLocaleString('en'),
    percent(r.accepted, r.inputs),
    `${percent(r.branches - r.unreached.length, r.branches)} of ${r.branches}`,
    r.errors,
    r.slow,
    r.large,
    `${r.slowestMs.toFixed(0)} ms`,
    `${(r.largestBytes / 2 ** 20).toFixed(1)} MiB`,
    `${r.seconds.toFixed(0)} s`,
  ].join(' | ')} |`;

function tell(r: FuzzReport): void {
  console.log(row(r));
  const told = new Set<string>();
  for (const { index, kind, what, input } of r.findings) {
    const alike = `${kind} ${what.replace(/\d+/g, '0')}`;
    if (told.has(alike) || told.size >= 12) continue;
    told.add(alike);
    console.log(`  ${kind}, --one ${index} --seed ${seed}: ${what}\n  ${input.slice(0, 600)}`);
  }
  if (values.unreached)
    for (const { source, line } of r.unreached) console.log(`  not reached: ${source}: ${line}`);
  if (values.refusals) for (const refusal of r.refusals) console.log(`  refused: ${refusal}`);
}

/** Runs one input here, without a thread, and tells all of it. */
async function runOne(f: AnyFuzzer, index: number): Promise<void> {
  const input = f.make(new Chooser(seed, index));
  console.log(f.show(input));
  try {
    const accepted = await f.read(input);
    console.log('accepted', accepted);
    await f.check(input, accepted);
  } catch (error) {
    console.log(error);
  }
}

async function runFaults(): Promise<boolean> {
  let caught = 0;
  const wanted = faults.filter(({ reader }) => chosen().some((f) => f.name === reader));
  for (const [i, fault] of wanted.entries()) {
    const f = fuzzers.find(({ name }) => name === fault.reader)!;
    const inputs = values.inputs ? count(values.inputs, 'inputs') : FAULT_INPUTS;
    const path = await bundleWorker(fault.reader, `fault-${i}`, fault);
    const r = await runFuzzer(f, path, { inputs, seed, threads, firstOnly: true });
    if (r.findings.length > 0) caught++;
    const [first] = r.findings;
    console.log(
      `${first ? 'caught' : 'MISSED'}  ${fault.reader}: ${fault.from.trim()} -> ${fault.to.trim() || 'nothing'}${first ? `: ${first.what.split('\n')[0]}` : ''}`,
    );
  }
  console.log(`${caught} of ${wanted.length} planted faults are caught`);
  return caught === wanted.length;
}
/** Inputs within which a planted fault must show. */
const FAULT_INPUTS = 20_000;

async function runAll(): Promise<boolean> {
  console.log(
    '| reader | inputs | accepted | branches | errors | > 1 s | > 64 MiB | slowest | largest | time |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |');
  let ok = true;
  for (const f of chosen()) {
    const inputs = values.inputs ? count(values.inputs, 'inputs') : f.inputs;
    const r = await runFuzzer(f, await bundleWorker(f.name), { inputs, seed, threads });
    tell(r);
    const share = (r.branches - r.unreached.length) / r.branches;
    if (r.findings.length > 0 || r.accepted === 0) ok = false;
    // Few inputs reach few branches; the share is a promise of long runs.
    if (inputs >= 100_000 && share < MIN_REACHED) ok = false;
  }
  return ok;
}

if (values.one !== undefined) await runOne(chosen()[0]!, count(values.one, 'one'));
else process.exitCode = (await (values.faults ? runFaults() : runAll())) ? 0 : 1;
