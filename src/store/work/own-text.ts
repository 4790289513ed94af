// Texts for measurements and calibration: built-in ones, or the user's own.
import { get, set } from './job';
import type { StudioState } from '../state';

/** Written by scripts/builtin-model/texts.py, from seeds that the built-in model was not trained or validated on. */
export const HELD_OUT = 'stories-held-out.txt';
export const CALIBRATION = 'stories-calibration.txt';

/** The user's text if it has that label, else the built-in one. */
export async function textOf(label: string): Promise<string> {
  const { ownText } = get();
  if (ownText?.label === label) return ownText.text;
  const response = await fetch(`${import.meta.env.BASE_URL}texts/${label}`);
  if (!response.ok) throw new Error(`The text ${label} could not be loaded: HTTP ${response.status}.`);
  return response.text();
}

/** Uses a text of the user for measurements. */
export async function takeText(label: string, file: Blob): Promise<void> {
  set({ ownText: { label, text: await file.text() }, lab: { ...get().lab, text: 'own' } });
}

export const isText = (path: string): boolean => /\.(txt|md)$/i.test(path);

/** Default base of comparisons: BF16 or F16 if the source has it, else F32. */
export function baseOf(state: Pick<StudioState, 'model'>): string {
  const types = state.model?.sourceTypes ?? [];
  return types.find((t) => t === 'BF16' || t === 'F16') ?? 'F32';
}
