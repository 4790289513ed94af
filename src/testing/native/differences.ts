/** A kind of file on which llama.cpp's reader of headers and ours differ, with the reason; decision 8 has them in words. */
export interface Difference {
  readonly reader: RegExp;
  readonly weSay: 'accepted' | 'refused';
  /** Of our message where we refuse, of llama.cpp's where it does. */
  readonly words: RegExp;
  readonly why: string;
}

export const differences: readonly Difference[] = [];
