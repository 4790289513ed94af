import { useEffect } from 'react';
import { useStudio } from '../kit/use-studio';

/** While something runs, the browser asks before it closes or reloads the page. */
export function useLeaving(): void {
  const isBusy = useStudio((s) => s.job !== null);
  useEffect(() => {
    if (!isBusy) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [isBusy]);
}
