import { useEffect } from 'react';
import { useSettings } from '../kit/use-settings';

/** Gives the page the colours that are chosen; those of the system are what it has without a word. */
export function useTheme(): void {
  const theme = useSettings((s) => s.theme);
  useEffect(() => {
    const { dataset } = document.documentElement;
    if (theme === 'system') delete dataset.theme;
    else dataset.theme = theme;
  }, [theme]);
}
