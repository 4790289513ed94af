import { useEffect } from 'react';
import { useStore } from 'zustand';
import { useSettings } from '../kit/use-settings';
import { type Language, languageOf, speak, spoken } from '../words/language';

/** Lets the page speak the language that is chosen, and says so to those who read it aloud. Gives what it speaks. */
export function useLanguage(): Language {
  const choice = useSettings((s) => s.language);
  const language = useStore(spoken, (s) => s.language);
  useEffect(() => void speak(languageOf(choice, navigator.languages)), [choice]);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return language;
}
