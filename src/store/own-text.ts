import { get, set } from './job';

/** A text of the person's own to measure on, from now on. */
export async function takeText(label: string, file: Blob): Promise<void> {
  set({ ownText: { label, text: await file.text() }, lab: { ...get().lab, text: 'own' } });
}

export const isText = (path: string): boolean => /\.(txt|md)$/i.test(path);
