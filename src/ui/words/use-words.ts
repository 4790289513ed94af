import { en, type Words } from './en';

/** The words of the page in the language that is chosen. */
export const useWords = (): Words => en;
