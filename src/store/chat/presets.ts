// Named ways to sample: those that come with the page, and those that a person has saved.
import { createJSONStorage, persist } from 'zustand/middleware';
import { createStore } from 'zustand/vanilla';
import type { Manner, Sampling } from './conversation';
import { isSampling } from './check';

export type BuiltInPreset = 'greedy' | 'precise' | 'balanced' | 'creative';

/** Sampling without the seed and the token limit, which a preset leaves as they are. */
export type PresetSampling = Omit<Sampling, 'seed' | 'maxTokens'>;

const noPenalties = { repeatLastN: 64, repeatPenalty: 1, frequencyPenalty: 0, presencePenalty: 0 };

/** `balanced` has llama.cpp's defaults. */
export const builtInPresets: Readonly<Record<BuiltInPreset, PresetSampling>> = {
  greedy: { temperature: 0, topK: 0, topP: 1, minP: 0, ...noPenalties },
  precise: { temperature: 0.3, topK: 40, topP: 0.9, minP: 0.05, ...noPenalties },
  balanced: { temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05, ...noPenalties },
  creative: { temperature: 1.2, topK: 0, topP: 1, minP: 0.08, ...noPenalties },
};

/** A preset of the person's own: the system prompt and the stop strings belong to it. */
export interface OwnPreset extends Manner {
  readonly name: string;
}
interface Presets {
  readonly own: readonly OwnPreset[];
}

const MAX_PRESETS = 50;
const isOwn = (value: unknown): value is OwnPreset => {
  const { name, system, stop, sampling } = (value ?? {}) as Partial<OwnPreset>;
  return (
    typeof name === 'string' &&
    typeof system === 'string' &&
    Array.isArray(stop) &&
    stop.every((s) => typeof s === 'string') &&
    isSampling(sampling)
  );
};

/** Presets from storage; those that this version cannot read are not shown. */
export function readPresets(stored: unknown): readonly OwnPreset[] {
  const { own } = (stored ?? {}) as { own?: unknown };
  return Array.isArray(own) ? own.filter(isOwn).slice(0, MAX_PRESETS) : [];
}

export const presetStore = createStore<Presets>()(
  persist((): Presets => ({ own: [] }), {
    name: 'nibble-presets',
    version: 1,
    storage: createJSONStorage(() => localStorage),
    merge: (stored) => ({ own: readPresets(stored) }),
  }),
);

/** Saves a preset, in the place of one of that name. */
export function savePreset(preset: OwnPreset): void {
  const others = presetStore.getState().own.filter((p) => p.name !== preset.name);
  presetStore.setState({ own: [...others, preset].slice(-MAX_PRESETS) });
}
export function deletePreset(name: string): void {
  presetStore.setState({ own: presetStore.getState().own.filter((p) => p.name !== name) });
}

/** The preset that settings are as of; undefined where none has them. */
export function presetOf(sampling: Sampling): BuiltInPreset | undefined {
  const full = { ...noPenalties, ...sampling };
  return (Object.keys(builtInPresets) as BuiltInPreset[]).find((name) =>
    Object.entries(builtInPresets[name]).every(([key, value]) => full[key as keyof typeof full] === value),
  );
}
