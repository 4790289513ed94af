// Texts to measure on and to calibrate with: those that come with the page, or the person's own.
import { get, set } from './job';
import type { StudioState } from '../state';

/** Written with the built-in model's stories, from other seeds than its training. */
export const HELD_OUT = 'stories-held-out.txt';
export const CALIBRATION = 'stories-calibration.txt';

/** The person's text of that name, or the page's. */
export async function textOf(label: string): Promise<string> {
  const { ownText } = get();
  if (ownText?.label === label) return ownText.text;
  const response = await fetch(`${import.meta.env.BASE_URL}texts/${label}`);
  if (!response.ok) throw new Error(`The text ${label} could not be loaded: HTTP ${response.status}.`);
  return response.text();
}

/** A text of the person's own to measure on, from now on. */
export async function takeText(label: string, file: Blob): Promise<void> {
  set({ ownText: { label, text: await file.text() }, lab: { ...get().lab, text: 'own' } });
}

export const isText = (path: string): boolean => /\.(txt|md)$/i.test(path);

/** What levels are compared with when nothing else is chosen: the source's own precision where it is a plain one. */
export function baseOf(state: Pick<StudioState, 'model'>): string {
  const types = state.model?.sourceTypes ?? [];
  return types.find((t) => t === 'BF16' || t === 'F16') ?? 'F32';
}
