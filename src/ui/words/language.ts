import { createStore } from 'zustand/vanilla';
import { en, type Words } from './en';

/** Languages that the page speaks. */
export type Language = 'en' | 'id';

interface Spoken {
  readonly language: Language;
  readonly words: Words;
}
/** The language of the page, with its words. */
export const spoken = createStore<Spoken>(() => ({ language: 'en', words: en }));
export const languageNow = (): Language => spoken.getState().language;

/** A language comes with a chunk of its own, when it is wanted; the first one is English. */
const catalogues: Record<Language, () => Promise<Words>> = {
  en: () => Promise.resolve(en),
  id: () => import('./id').then((module) => module.id),
};

/** The language of a choice: that of the system is the first of its languages that the page speaks. */
export function languageOf(choice: 'system' | Language, ofSystem: readonly string[]): Language {
  if (choice !== 'system') return choice;
  // The code of Indonesian was `in` once, and some systems still have it.
  const codes = ofSystem
    .map((tag) => tag.toLowerCase().split('-')[0]!)
    .map((code) => (code === 'in' ? 'id' : code));
  return codes.find((code): code is Language => code in catalogues) ?? 'en';
}

/** Wishes so far: the last one counts, and catalogues may come in another order. */
let wishes = 0;

/** Lets the page speak a language. Where its catalogue cannot be had, the page goes on as it was. */
export async function speak(language: Language): Promise<void> {
  wishes += 1;
  const wish = wishes;
  const words = await catalogues[language]().catch(() => undefined);
  if (words && wish === wishes) spoken.setState({ language, words });
}
