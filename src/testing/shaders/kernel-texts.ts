// Every text of every kernel that the product can compile: all modules of all slots, all formats, all kinds of subgroup.

import type { BindingSpec, ParamSpec } from '../../wgsl/interface';
import type { Constants, KernelSpec } from '../../gpu/kernel';
import type { SubgroupKind } from '../../gpu/subgroups';
import { kvTypes } from '../../model/kv-cache';
import { kernels } from '../../ops/kernels';
import type { QuantFormat } from '../../quant/format';
import { quantFormats } from '../../quant/registry';
import { hoistEnables, link, pinSubgroups, type Slots, type Sources } from '../../wgsl/link';
import { withPacked4x8 } from '../../wgsl/packed4x8';

export type AnyKernel = KernelSpec<ParamSpec, BindingSpec>;
export const kernelSpecs = Object.values(kernels) as unknown as AnyKernel[];

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
  decoder: ['steps', 'affine', 'values', 'int8'].map((name) => ({ decoder: `checkpoint/${name}` })),
  rounding: ['free', 'exact'].map((name) => ({ rounding: `lib/float/rounding-${name}` })),
};
export const DEFAULT_SLOTS: Slots = Object.assign({}, ...Object.values(MODULES).map(([first]) => first));

/** Kernels that use other modules than the default, for slots where only some do. */
const ONLY: Readonly<Record<string, readonly string[]>> = { rounding: ['ops/dequantize'] };

export const SUBGROUP_KINDS: readonly SubgroupKind[] = ['subgroup', 'pinned', 'mixed', 'shared'];
/** Values of SUBGROUP_SIZE by kind. */
const SIZES: Record<SubgroupKind, number> = { subgroup: 32, pinned: 32, mixed: 64, shared: 64 };

/** A small and a large value of each number among the override constants. Truth values are compiled both ways. */
const VALUES: Readonly<Record<string, readonly [small: number, large: number]>> = {
  EXPERTS: [8, 128],
  HEAD_DIM: [64, 256],
  POSITIONS: [1, 4],
  ROTARY: [0, 64],
  ROWS: [1, 4],
  STAGED: [256, 4096],
  SUBGROUPS: [1, 2],
  TILE: [64, 256],
  VALUE_GROUPS: [1, 2],
  WIDTH: [64, 256],
};
/** Constants that follow from others. */
const DERIVED = [
  'QUADS',
  'UNITS',
  'OUTPUT_ROWS',
  'STAGED_QUADS',
  'STAGED_BLOCKS',
  'STAGED_STRIDE',
  'STAGED_WORDS',
  'THREADS',
];

/** Returns the slots that a kernel imports with the given modules. */
export function slotsReached(sources: Sources, shader: string, slots: Slots): Set<string> {
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

/** Slots of a codec. */
export const codecSlots = (format: QuantFormat | undefined, subgroup: SubgroupKind): Slots => ({
  codec: `quant/${format?.id ?? 'q4_0'}`,
  subgroup: `lib/subgroup/${subgroup}`,
});

/** Products with integer activations need codes, and so does float16 for one token; float formats have none. */
const wantsCodes = (shader: string, slots: Slots): boolean =>
  shader === 'ops/matmul-int8' || Boolean(slots.staged) || slots.tile === 'lib/matmul/tile-int8';

/** All combinations of modules of the slots that a kernel imports, for a format and a kind of subgroup. */
export function slotsOf(
  sources: Sources,
  shader: string,
  format: QuantFormat | undefined,
  subgroup: SubgroupKind,
): Slots[] {
  let all: Slots[] = [{ ...DEFAULT_SLOTS, ...codecSlots(format, subgroup) }];
  for (const [slot, modules] of Object.entries(MODULES)) {
    if (ONLY[slot]?.includes(shader) === false) continue;
    all = all.flatMap((slots) =>
      slotsReached(sources, shader, slots).has(slot)
        ? modules.map((module) => ({ ...slots, ...module }))
        : [slots],
    );
  }
  return all.filter((slots) => !format || format.block.size > 1 || !wantsCodes(shader, slots));
}

/** A text with the constants that it is compiled with, one pipeline for each. */
export interface KernelText {
  readonly label: string;
  readonly spec: AnyKernel;
  /** Undefined for kernels that reduce nothing across invocations, or have no codec. */
  readonly subgroup: SubgroupKind | undefined;
  readonly format: QuantFormat | undefined;
  readonly slots: Slots;
  readonly code: string;
  readonly constants: readonly Constants[];
}

/** Constants of a text: all small, then all large. Throws for a number without values. */
function constantsOf(label: string, code: string, subgroup: SubgroupKind): Constants[] {
  const small: Record<string, number> = {};
  const large: Record<string, number> = {};
  for (const [, name = '', type] of code.matchAll(/^override (\w+): (\w+)/gm)) {
    if (DERIVED.includes(name)) continue;
    const values =
      name === 'SUBGROUP_SIZE' ? [SIZES[subgroup], SIZES[subgroup]] : type === 'bool' ? [0, 1] : VALUES[name];
    if (!values) throw new Error(`${label}: there are no values for the constant ${name}`);
    [small[name], large[name]] = values as [number, number];
  }
  return JSON.stringify(small) === JSON.stringify(large) ? [small] : [small, large];
}

const codeOf = (sources: Sources, shader: string, slots: Slots): string =>
  pinSubgroups(hoistEnables(link(shader, sources, slots)));

/**
 * The text that does the same and reduces in workgroup memory; undefined for texts that reduce nothing, and for those of
 * matrix units, whose place another kernel takes.
 */
export const withoutSubgroups = (sources: Sources, { spec, slots, subgroup, code }: KernelText) =>
  subgroup === undefined || code.includes('subgroup_matrix')
    ? undefined
    : codeOf(sources, spec.shader, { ...slots, subgroup: 'lib/subgroup/shared' });

/** Every distinct text, by kernel, kind of subgroup, format and modules. */
export function kernelTexts(sources: Sources, kinds: readonly SubgroupKind[] = SUBGROUP_KINDS): KernelText[] {
  const texts = new Map<string, KernelText>();
  for (const spec of kernelSpecs) {
    const { shader } = spec;
    const reached = slotsReached(sources, shader, { ...DEFAULT_SLOTS, ...codecSlots(undefined, 'shared') });
    const formats = reached.has('codec') ? quantFormats : [undefined];
    // Matrix units belong to hardware subgroups.
    const isMatrix = reached.has('matrix');
    const own = isMatrix ? kinds.filter((kind) => kind === 'subgroup' || kind === 'pinned') : kinds;
    for (const kind of reached.has('subgroup') ? own : [undefined])
      for (const format of formats)
        for (const slots of slotsOf(sources, shader, format, kind ?? 'shared')) {
          const code = codeOf(sources, shader, slots);
          if (texts.has(code)) continue;
          const used = slotsReached(sources, shader, slots);
          const names = [...used].sort().map((slot) => slots[slot]!.split('/').pop()!);
          const label = `${shader} [${names.join(' ')}]`;
          const constants = constantsOf(label, code, kind ?? 'shared');
          texts.set(code, { label, spec, subgroup: kind, format, slots, code, constants });
        }
  }
  return [...texts.values()];
}

/**
 * Texts for a WGSL without packed 4x8 integers (wgsl/packed4x8): of each kernel that has use for them one with every set of
 * modules, if possible with a format that none before has.
 */
export function emulatedTexts(sources: Sources, native = kernelTexts(sources, ['shared'])): KernelText[] {
  const emulated = withPacked4x8(sources);
  const users = new Map<string, KernelText[]>();
  for (const text of native) {
    if ((text.subgroup ?? 'shared') !== 'shared') continue;
    const code = codeOf(emulated, text.spec.shader, text.slots);
    if (code === text.code) continue;
    const { codec: _, ...modules } = text.slots;
    const key = `${text.spec.shader} ${JSON.stringify(modules)}`;
    const own = { ...text, label: `${text.label}, packed 4x8 emulated`, code };
    users.set(key, [...(users.get(key) ?? []), own]);
  }
  const formats = new Set<QuantFormat | undefined>();
  return [...users.values()].map((texts) => {
    const text = texts.find(({ format }) => !formats.has(format)) ?? texts[0]!;
    formats.add(text.format);
    return text;
  });
}

/** Every text that a second compiler is held to. */
export function sweptTexts(sources: Sources): KernelText[] {
  const native = kernelTexts(sources);
  return [...native, ...emulatedTexts(sources, native)];
}
