// Validates every variant of every kernel (WGSL, override constants, bindings) with Dawn's null backend, which has all
// features. The actual adapter compiles each kernel once.
import { describe, expect, test } from 'vitest';
import type { Gpu } from '../gpu/gpu';
import type { SubgroupKind } from '../gpu/subgroups';
import { kvTypes } from '../model/kv-cache';
import { shadersFromDisk } from '../node/gpu';
import { quantFormats } from '../quant/registry';
import { testGpu, undrivenGpu } from '../testing/device';
import type { Slots } from '../wgsl/link';
import { kernels } from './kernels';

const sources = shadersFromDisk();
const specs = Object.values(kernels) as (typeof kernels.matvec)[];
/** Constants that every kernel supports: heads of 64 dimensions, norms, and staged rows. */
const CONSTANTS = { HEAD_DIM: 64, NORM: 1, HEAD_NORM: 1, STAGED: 256 };

const dot = (staged?: string): Slots => ({
  dot: `lib/matvec/dot-${staged ? 'staged' : 'f32'}`,
  ...(staged ? { staged: `lib/matvec/staged-${staged}` } : {}),
});
/** Modules for each slot, the default first. Slots that depend on each other share an entry. */
const MODULES: Record<string, readonly Slots[]> = {
  dot: [dot(), dot('int8'), dot('f16')],
  output: ['rows', 'gated'].map((name) => ({ output: `lib/matvec/output-${name}` })),
  activation: ['silu', 'gelu'].map((name) => ({ activation: `activation/${name}` })),
  rows: ['all', 'routed'].map((name) => ({ rows: `lib/matmul/rows-${name}` })),
  tile: ['f32', 'int8', 'f16'].map((name) => ({ tile: `lib/matmul/tile-${name}` })),
  matrix: ['16x16x16', '8x16x16', '8x8x8'].map((shape) => ({ matrix: `lib/matmul/matrix-${shape}` })),
  kv: kvTypes.map((type) => ({ kv: `kv/${type.toLowerCase()}`, kv_store: `kv/${type.toLowerCase()}-store` })),
  importance: ['none', 'matrix'].map((name) => ({ importance: `lib/encode/importance-${name}` })),
  arithmetic: ['integer', 'native'].map((name) => ({ arithmetic: `lib/float/arithmetic-${name}` })),
  rounding: ['free', 'exact'].map((name) => ({ rounding: `lib/float/rounding-${name}` })),
};
const DEFAULTS: Slots = Object.assign({}, ...Object.values(MODULES).map(([first]) => first));

/** Returns the slots that a kernel imports with the given modules. */
function reached(shader: string, slots: Slots): Set<string> {
  const found = new Set<string>();
  const seen = new Set<string>();
  const visit = (id: string): void => {
    const [head = '', ...rest] = id.split('/');
    if (slots[head] !== undefined) found.add(head);
    const path = slots[head] === undefined ? id : [slots[head], ...rest].join('/');
    if (seen.has(path)) return;
    seen.add(path);
    for (const [, next] of sources.get(path)!.matchAll(/^\/\/#import (\S+)$/gm)) visit(next!);
  };
  visit(shader);
  return found;
}

/** Kernels that use other modules than the default, for slots where only some do. */
const ONLY: Readonly<Record<string, readonly string[]>> = { rounding: ['ops/dequantize'] };

/** All combinations of modules for the slots that a kernel imports, for one format. */
function variants(shader: string, format: Slots): Slots[] {
  let all: Slots[] = [{ ...DEFAULTS, ...format }];
  for (const [slot, modules] of Object.entries(MODULES)) {
    if (ONLY[slot]?.includes(shader) === false) continue;
    all = all.flatMap((slots) =>
      reached(shader, slots).has(slot) ? modules.map((module) => ({ ...slots, ...module })) : [slots],
    );
  }
  return all;
}

const codecSlot = (id: string): Slots => ({ codec: `quant/${id}`, subgroup: 'lib/subgroup/subgroup' });
/** Returns true for variants that need integer codes. */
const wantsCodes = (slots: Slots): boolean =>
  Boolean(slots.staged) || slots.tile === 'lib/matmul/tile-int8' || slots.tile === 'lib/matmul/tile-f16';

describe('every shader', () => {
  test('has a kernel', () => {
    const entries = [...sources.keys()].filter((path) => path.startsWith('ops/')).sort();
    expect(specs.map((k) => k.shader).sort()).toEqual(entries);
  });

  test('binds at most eight storage buffers', () => {
    for (const spec of specs) expect(Object.keys(spec.bindings).length).toBeLessThanOrEqual(8);
  });

  describe('validates in every variant', () => {
    const errorsOf = async (gpu: Gpu, spec: (typeof specs)[number], chosen: readonly Slots[]) => {
      const errors: string[] = [];
      for (const slots of chosen) {
        gpu.device.pushErrorScope('validation');
        gpu.kernel(spec, slots, CONSTANTS);
        const error = await gpu.device.popErrorScope();
        if (error) errors.push(`${JSON.stringify(slots)}: ${error.message}`);
      }
      return errors;
    };

    test.each(specs.map((spec) => ({ spec, shader: spec.shader })))('$shader', async ({ spec, shader }) => {
      const hasCodec = reached(shader, { ...DEFAULTS, ...codecSlot('q4_0') }).has('codec');
      const isInteger = shader === 'ops/matmul-int8';
      for (const subgroup of ['subgroup', 'pinned', 'mixed', 'shared'] satisfies SubgroupKind[]) {
        if (
          subgroup !== 'subgroup' &&
          !reached(shader, { ...DEFAULTS, ...codecSlot('q4_0') }).has('subgroup')
        )
          continue;
        const gpu = await undrivenGpu({ subgroup }, sources);
        // Reductions do not depend on the codec, so two formats are enough for the other kinds of subgroup.
        const formats = quantFormats.filter(
          (f) => (hasCodec && subgroup === 'subgroup') || f.id === 'q4_0' || (hasCodec && f.id === 'f16'),
        );
        for (const format of formats) {
          const slots = { ...codecSlot(format.id), subgroup: `lib/subgroup/${subgroup}` };
          const chosen = variants(shader, slots).filter(
            (s) => format.block.size > 1 || (!isInteger && !wantsCodes(s)),
          );
          expect(await errorsOf(gpu, spec, chosen), `${format.label}, ${subgroup}`).toEqual([]);
        }
      }
    });

    test('a broken shader and an oversized workgroup are reported', async () => {
      const wrong = async (name: string, change: [RegExp, string], constants = {}) => {
        const text = sources.get(name)!;
        expect(text).toMatch(change[0]);
        const gpu = await undrivenGpu({}, new Map([...sources, [name, text.replace(...change)]]));
        gpu.device.pushErrorScope('validation');
        gpu.kernel(kernels.matvec, { ...DEFAULTS, ...codecSlot('q4_0') }, { ...CONSTANTS, ...constants });
        return (await gpu.device.popErrorScope())?.message ?? '';
      };
      expect(await wrong('lib/matvec/dot-f32', [/^fn dot32/m, 'fn missing'])).toMatch(
        /unresolved call target/,
      );
      expect(await wrong('ops/matvec', [/SUBGROUP_SIZE/, 'SUBGROUP_SIZE'], { SUBGROUP_SIZE: 4096 })).toMatch(
        /exceeds the maximum/,
      );
    });
  });

  test('compiles on the actual adapter', async () => {
    const gpu = await testGpu();
    for (const spec of specs) {
      const slots = { ...DEFAULTS, codec: 'quant/q4_0' };
      const code = sources.get(spec.shader)!;
      const lacks = code.includes('//#import matrix')
        ? !gpu.matrixShader && 'matrix units'
        : code.includes('enable f16;') && !gpu.device.features.has('shader-f16') && 'shader-f16';
      if (lacks) {
        process.stdout.write(`${spec.shader} did not compile: ${gpu.adapterName} has no ${lacks}\n`);
        continue;
      }
      gpu.device.pushErrorScope('validation');
      gpu.kernel(spec, { ...slots, ...(gpu.matrixShader ? { matrix: gpu.matrixShader } : {}) }, CONSTANTS);
      expect((await gpu.device.popErrorScope())?.message, spec.shader).toBeUndefined();
    }
    gpu.check();
  });
});
