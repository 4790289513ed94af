// Validates every variant of every kernel (WGSL, override constants, bindings) with Dawn's null backend, which has all
// features. The actual adapter compiles each kernel once.
import { describe, expect, test } from 'vitest';
import { shadersFromDisk } from '../node/gpu';
import { testGpu, undrivenGpu } from '../testing/device';
import {
  codecSlots,
  DEFAULT_SLOTS,
  kernelSpecs,
  kernelTexts,
  SUBGROUP_KINDS,
} from '../testing/shaders/kernel-texts';
import { link } from '../wgsl/link';
import { kernels } from './kernels';

const sources = shadersFromDisk();
const texts = kernelTexts(sources);
/** Constants that every kernel supports: heads of 64 dimensions, norms, and staged rows. */
const CONSTANTS = { HEAD_DIM: 64, NORM: 1, HEAD_NORM: 1, STAGED: 256 };

describe('every shader', () => {
  test('has a kernel', () => {
    const entries = [...sources.keys()].filter((path) => path.startsWith('ops/')).sort();
    expect(kernelSpecs.map((k) => k.shader).sort()).toEqual(entries);
  });

  test('binds at most eight storage buffers', () => {
    for (const spec of kernelSpecs) expect(Object.keys(spec.bindings).length).toBeLessThanOrEqual(8);
  });

  describe('validates in every variant', () => {
    test.each(kernelSpecs.map((spec) => ({ spec, shader: spec.shader })))('$shader', async ({ spec }) => {
      const errors: string[] = [];
      for (const subgroup of SUBGROUP_KINDS) {
        const gpu = await undrivenGpu({ subgroup }, sources);
        // Reductions do not depend on the codec, so two formats are enough for the other kinds of subgroup.
        const isChosen = (kind: string | undefined, id = 'q4_0') =>
          kind === 'subgroup' || (kind === subgroup && (id === 'q4_0' || id === 'f16'));
        for (const text of texts) {
          if (text.spec !== spec || (text.subgroup ?? 'subgroup') !== subgroup) continue;
          if (!isChosen(text.subgroup ?? 'subgroup', text.format?.id)) continue;
          for (const constants of text.constants) {
            gpu.device.pushErrorScope('validation');
            void gpu.kernel(spec, text.slots, constants).pipeline;
            const error = await gpu.device.popErrorScope();
            if (error) errors.push(`${text.label} ${JSON.stringify(constants)}: ${error.message}`);
          }
        }
      }
      expect(errors).toEqual([]);
    });

    test('with packed 4x8 integers of our own, where WGSL has none', async () => {
      const gpu = await undrivenGpu({ languageFeatures: new Set() }, sources);
      const users = [...sources].filter(
        ([path, code]) => path !== 'lib/packed4x8' && /pack4x|dot4I8/.test(code),
      );
      expect(users.length).toBeGreaterThan(15);
      for (const [path, code] of users) {
        // Its last line tells a shader in what is linked.
        const last = code.trimEnd().split('\n').slice(-2).join('\n');
        const text = texts.find(
          ({ spec, slots, subgroup }) =>
            (subgroup ?? 'subgroup') === 'subgroup' &&
            link(spec.shader, sources, { ...DEFAULT_SLOTS, ...slots }).includes(last),
        );
        expect(text, path).toBeDefined();
        gpu.device.pushErrorScope('validation');
        void gpu.kernel(text!.spec, text!.slots, text!.constants[0]).pipeline;
        expect((await gpu.device.popErrorScope())?.message, path).toBeUndefined();
      }
    });

    test('a broken shader and an oversized workgroup are reported', async () => {
      const wrong = async (name: string, change: [RegExp, string], constants = {}) => {
        const text = sources.get(name)!;
        expect(text).toMatch(change[0]);
        const gpu = await undrivenGpu({}, new Map([...sources, [name, text.replace(...change)]]));
        gpu.device.pushErrorScope('validation');
        const slots = { ...DEFAULT_SLOTS, ...codecSlots(undefined, 'subgroup') };
        void gpu.kernel(kernels.matvec, slots, { ...CONSTANTS, ...constants }).pipeline;
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
    for (const spec of kernelSpecs) {
      const slots = { ...DEFAULT_SLOTS, codec: 'quant/q4_0' };
      const code = sources.get(spec.shader)!;
      const lacks = code.includes('//#import matrix')
        ? !gpu.matrixShader && 'matrix units'
        : code.includes('enable f16;') && !gpu.device.features.has('shader-f16') && 'shader-f16';
      if (lacks) {
        process.stdout.write(`${spec.shader} did not compile: ${gpu.adapterName} has no ${lacks}\n`);
        continue;
      }
      gpu.device.pushErrorScope('validation');
      const own = { ...slots, ...(gpu.matrixShader ? { matrix: gpu.matrixShader } : {}) };
      void gpu.kernel(spec, own, CONSTANTS).pipeline;
      expect((await gpu.device.popErrorScope())?.message, spec.shader).toBeUndefined();
    }
    gpu.check();
  });
});
