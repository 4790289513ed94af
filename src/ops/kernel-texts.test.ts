// The sweep of kernel texts leaves nothing out, and no text has a pattern that naga, the compiler of Firefox, refuses.
import { expect, test } from 'vitest';
import { shadersFromDisk } from '../node/shaders';
import { quantFormats } from '../quant/registry';
import {
  emulatedTexts,
  kernelSpecs,
  kernelTexts,
  slotsReached,
  sweptTexts,
  withoutSubgroups,
} from '../testing/shaders/kernel-texts';
import { withPacked4x8 } from '../wgsl/packed4x8';

const sources = shadersFromDisk();
const texts = sweptTexts(sources);

test('every kernel, every format and every shader file is in the sweep', () => {
  expect(new Set(texts.map((t) => t.spec))).toEqual(new Set(kernelSpecs));
  for (const shader of ['ops/quantize', 'ops/dequantize', 'ops/matvec', 'ops/matmul', 'ops/matmul-tile']) {
    const own = texts.filter((t) => t.spec.shader === shader);
    expect(new Set(own.map((t) => t.format)), shader).toEqual(new Set(quantFormats));
  }
  const whole = texts.map((t) => t.code).join('\n');
  const last = (text: string): string =>
    text
      .split('\n')
      .filter((line) => line && !line.startsWith('//') && !line.startsWith('enable '))
      .pop()!;
  const unused = [...sources].filter(([, text]) => last(text) && !whole.includes(last(text)));
  expect(unused.map(([path]) => path)).toEqual([]);
});

test('every kernel and every shader file with packed 4x8 integers is in the sweep without them, too', () => {
  const native = kernelTexts(sources);
  const own = emulatedTexts(sources, native);
  expect(texts).toHaveLength(native.length + own.length);
  expect(new Set(texts.map((t) => t.code)).size).toBe(texts.length);
  const uses = /pack4x|dot4I8/;
  // Matrix units come with subgroups, which naga lacks, too.
  const users = native.filter((t) => uses.test(t.code) && !t.code.includes('subgroup_matrix'));
  expect(new Set(own.map((t) => t.spec))).toEqual(new Set(users.map((t) => t.spec)));
  for (const { code, label } of own) expect(code.match(/^fn dot4I8Packed/gm), label).toHaveLength(1);
  const emulated = withPacked4x8(sources);
  const whole = own.map((t) => t.code).join('\n');
  // The last two lines tell a shader in what is linked.
  const isIn = (text: string) => whole.includes(text.trimEnd().split('\n').slice(-2).join('\n'));
  const changed = [...emulated].filter(([path, text]) => text !== sources.get(path));
  expect(changed.length).toBeGreaterThan(15);
  expect(changed.filter(([, text]) => !isIn(text)).map(([path]) => path)).toEqual([]);
});

test('a text with subgroups has a twin without, but for matrix units', () => {
  const codes = new Set(texts.map((t) => t.code));
  const alone = texts.filter((t) => {
    const twin = withoutSubgroups(sources, t);
    return twin === undefined
      ? t.subgroup && !slotsReached(sources, t.spec.shader, t.slots).has('matrix')
      : !codes.has(twin);
  });
  expect(alone.map((t) => t.label)).toEqual([]);
});

/** Patterns that make naga fail. Both are about arrays in workgroup memory whose size is an override constant. */
function nagaFaults(code: string): string[] {
  const faults: string[] = [];
  const overrides = new Set([...code.matchAll(/^override (\w+)/gm)].map(([, name]) => name!));
  const arrays = [...code.matchAll(/^var<workgroup> (\w+): array<[^;]*?, ([^,<>;]+)>;/gm)];
  const sized = arrays.filter(([, , size]) =>
    [...size!.matchAll(/[A-Za-z_]\w*/g)].some(([n]) => overrides.has(n)),
  );
  for (const [, name, size] of sized)
    if (!/^\w+$/.test(size!))
      faults.push(`${name} is sized by the expression ${size}: give it a name as an override`);
  const first = Math.min(...sized.map((m) => m.index));
  for (const { index, 1: name } of code.matchAll(/^const (\w+)[^=;]*= *(?:array|vec|mat)/gm))
    if (index > first) faults.push(`${name} comes after an array that an override sizes: import it earlier`);
  return faults;
}

test('no text has a pattern that naga refuses', () => {
  const faults = texts.flatMap((t) => nagaFaults(t.code).map((fault) => `${t.label}: ${fault}`));
  expect(faults).toEqual([]);
});

test('both patterns are found', () => {
  const sized = 'override A: u32 = 32u;\nvar<workgroup> s: array<u32, A / 4u>;\n';
  expect(nagaFaults(sized)).toEqual(['s is sized by the expression A / 4u: give it a name as an override']);
  const late =
    'override A: u32 = 32u;\nvar<workgroup> s: array<vec4f, A>;\nconst T = vec4u(1u, 2u, 3u, 4u);\n';
  expect(nagaFaults(late)).toEqual(['T comes after an array that an override sizes: import it earlier']);
  expect(
    nagaFaults('const N: u32 = 4u;\nvar<workgroup> s: array<u32, N * 2u>;\nconst T = vec2u(1u, 2u);\n'),
  ).toEqual([]);
});
