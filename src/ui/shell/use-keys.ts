import { useEffect } from 'react';
import { settingsStore } from '../../store/settings';
import { useWords } from '../words/use-words';
import { commandsNow } from './commands';

/** True where a key writes, or chooses in a list of its own. */
const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

const nameOf = (event: KeyboardEvent): string => {
  const isControl = event.ctrlKey || event.metaKey;
  return `${isControl ? 'Ctrl ' : ''}${event.key.length === 1 ? event.key.toUpperCase() : event.key}`;
};

/** Keys of the page. Single ones never act in a field or under a dialog, and can be turned off. */
export function useKeys(openPalette: () => void): void {
  const words = useWords();
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey || event.repeat) return;
      const name = nameOf(event);
      if (name === 'Ctrl K') {
        event.preventDefault();
        openPalette();
        return;
      }
      const isSingle = !name.startsWith('Ctrl ');
      if (isSingle) {
        const isCovered = document.querySelector('[role=dialog]') !== null;
        if (!settingsStore.getState().singleKeys || isTyping(event.target) || isCovered) return;
      }
      const command = commandsNow(words).find(({ keys }) => keys === name);
      if (!command) return;
      event.preventDefault();
      command.run();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [openPalette, words]);
}
