import { useHashLocation } from 'wouter/use-hash-location';
import { useStudio } from '../kit/use-studio';
import { modelOf, pathOf, type View, viewOf } from './routes';

export interface Address {
  /** Null where there is no such view. */
  readonly view: View | null;
  /** Fingerprint of the model that the address is about; null where it is about none. */
  readonly modelId: string | null;
}

/** The address of the page now. */
export function useAddress(): Address {
  const [path] = useHashLocation();
  return { view: viewOf(path), modelId: modelOf(path) };
}

/** Gives the address of each view, of the model that is open, or else of the one that the page is at. */
export function usePaths(): (view: View) => string {
  const { modelId } = useAddress();
  const open = useStudio((s) => s.model?.fingerprint ?? null);
  return (view) => pathOf(view, open ?? modelId ?? '');
}
