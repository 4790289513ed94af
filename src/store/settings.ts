import { createJSONStorage, persist } from 'zustand/middleware';
import { createStore } from 'zustand/vanilla';

/** Choices of a person that hold for every model. */
export interface Settings {
  readonly theme: 'system' | 'light' | 'dark';
  /** Of the page's words. */
  readonly language: 'system' | 'en' | 'id';
  /** Memory that the GPU may use, as the person said it; the browser does not tell. Null until they have. */
  readonly gpuMemoryBytes: number | null;
  /** Keys without Ctrl act. */
  readonly singleKeys: boolean;
}

export const initialSettings: Settings = {
  theme: 'system',
  language: 'system',
  gpuMemoryBytes: null,
  singleKeys: true,
};

const THEMES: readonly unknown[] = ['system', 'light', 'dark'] satisfies Settings['theme'][];
const LANGUAGES: readonly unknown[] = ['system', 'en', 'id'] satisfies Settings['language'][];

/** Settings from storage, which other versions of the page write, too: what is not understood is as it was at first. */
export function readSettings(stored: unknown): Settings {
  const { theme, language, gpuMemoryBytes, singleKeys } = (stored ?? {}) as Partial<Settings>;
  const isSize = typeof gpuMemoryBytes === 'number' && gpuMemoryBytes > 0 && Number.isFinite(gpuMemoryBytes);
  return {
    theme: theme !== undefined && THEMES.includes(theme) ? theme : initialSettings.theme,
    language: language !== undefined && LANGUAGES.includes(language) ? language : initialSettings.language,
    gpuMemoryBytes: isSize ? gpuMemoryBytes : null,
    singleKeys: singleKeys !== false,
  };
}

/** Kept in this browser where it keeps anything; else until the page is closed. */
export const settingsStore = createStore<Settings>()(
  persist(() => initialSettings, {
    name: 'nibble-settings',
    version: 1,
    storage: createJSONStorage(() => localStorage),
    merge: (stored) => readSettings(stored),
  }),
);
export function changeSettings(change: Partial<Settings>): void {
  settingsStore.setState(change);
}
