import { useStore } from 'zustand';
import type { Words } from './en';
import { spoken } from './language';

/** The words of the page in the language that is chosen. */
export const useWords = (): Words => useStore(spoken, (s) => s.words);
