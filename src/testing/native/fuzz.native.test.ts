// Inputs of the fuzzers before llama.cpp's own reader of GGUF headers: what we accept, it accepts, and what we refuse, it
// refuses, but for the differences that are listed here and in decision 8.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { NibbleError } from '../../util/errors';
import { Chooser } from '../fuzz/chooser';
import { reader as gguf } from '../fuzz/readers/gguf';
import { reader as imatrix } from '../fuzz/readers/imatrix-gguf';
import { reader as split } from '../fuzz/readers/split';
import type { AnyFuzzer } from '../fuzz/reader';
import { differences } from './differences';
import { NativeLlama, type Opened } from './native-llama';

/** Accepted inputs of each reader, and as many that we refuse; 5,000 are for a long run. */
const COUNT = Number(process.env.NIBBLE_NATIVE_INPUTS ?? 1000);
/** A check of llama.cpp's reader that ends its process. */
const ASSERTION = /gguf\.cpp:\d+: (GGML_ASSERT\(.+\) failed|duplicate tensor name)/;
const folder = mkdtempSync(join(tmpdir(), 'native-fuzz-'));
const llama = new NativeLlama();
afterAll(() => {
  llama.close();
  rmSync(folder, { recursive: true });
});

type Files = readonly { readonly name: string; readonly bytes: Uint8Array }[];
const filesOf = (input: unknown): Files =>
  input instanceof Uint8Array ? [{ name: 'fuzz.gguf', bytes: input }] : (input as Files);

/** The files of an input on the disk; the first of a split is the one to open. */
function written(input: unknown): string | undefined {
  const files = filesOf(input);
  for (const { name, bytes } of files) writeFileSync(join(folder, name), bytes);
  const first = [...files].sort((a, b) => (a.name < b.name ? -1 : 1))[0];
  return first && join(folder, first.name);
}

async function refusalOf(f: AnyFuzzer, input: unknown): Promise<string | undefined> {
  try {
    await f.read(input);
    return undefined;
  } catch (error) {
    if (error instanceof NibbleError) return error.message;
    throw error;
  }
}

const wordsOf = ({ log, died }: Opened): string => [died ?? '', ...log].join('\n');

describe.each([
  { f: gguf, seed: 2 },
  { f: imatrix, seed: 2 },
  { f: split, seed: 2 },
])('$f.name', ({ f, seed }) => {
  test(`${COUNT} accepted and ${COUNT} refused inputs: the same verdict, or a listed difference`, async () => {
    const counts = { accepted: 0, refused: 0 };
    const found = new Map<string, number>();
    const assertions = new Map<string, number>();
    const unlisted: string[] = [];
    for (let index = 0; counts.accepted < COUNT || counts.refused < COUNT; index++) {
      const input = f.make(new Chooser(seed, index));
      // The package reads split.* keys itself, by types that it does not ask for; the splits have tests of them.
      if (f !== split && Buffer.from(input as Uint8Array).includes('split.')) continue;
      // Names with a folder, several files of a name and files of other kinds are the page's affair.
      const names = filesOf(input).map((file) => file.name);
      if (new Set(names).size < names.length || names.some((name) => !/^[\w-]+\.gguf$/.test(name))) continue;
      const refusal = await refusalOf(f, input);
      const kind = refusal === undefined ? 'accepted' : 'refused';
      if (counts[kind] >= COUNT) continue;
      const path = written(input);
      if (path === undefined) continue;
      counts[kind]++;
      const native = await llama.header(path);
      for (const name of names) rmSync(join(folder, name));
      const asserted = ASSERTION.exec(native.died === 'SIGABRT' ? wordsOf(native) : '')?.[1];
      if (asserted) assertions.set(asserted, (assertions.get(asserted) ?? 0) + 1);
      // A crash or a hang is no verdict, whatever we say; an assertion is how llama.cpp refuses some files.
      if (native.died && !(asserted && kind === 'refused')) {
        if (unlisted.length < 12)
          unlisted.push(`${kind} (${index}), ended by ${wordsOf(native).slice(0, 400)}`);
        continue;
      }
      if (native.container === (kind === 'accepted')) continue;
      const words = refusal ?? wordsOf(native);
      const known = differences.find((d) => d.weSay === kind && d.reader.test(f.name) && d.words.test(words));
      if (known) found.set(known.why, (found.get(known.why) ?? 0) + 1);
      else if (unlisted.length < 12) unlisted.push(`${kind} (${index}): ${words.slice(0, 400)}`);
    }
    for (const [what, times] of assertions) console.log(`${f.name}: ${times} times refused by ${what}`);
    for (const [why, times] of found) console.log(`${f.name}: ${times} times: ${why}`);
    expect(unlisted).toEqual([]);
  });
});
