/** A kind of file on which llama.cpp's reader of headers and ours differ, with the reason; decision 8 has the same reasons. */
export interface Difference {
  readonly reader: RegExp;
  readonly weSay: 'accepted' | 'refused';
  /** Of our message where we refuse, of llama.cpp's words where it does. */
  readonly words: RegExp;
  readonly why: string;
}

/** All are files that we refuse: of those that we accept, llama.cpp refuses none. */
export const differences: readonly Difference[] = [
  {
    reader: /./,
    weSay: 'refused',
    words: /but the file ends at/,
    why: 'tensor data beyond the end of the file',
  },
  {
    reader: /./,
    weSay: 'refused',
    words: /expected at most 9007199254740991|2\^53/,
    why: 'dimensions and offsets beyond 2^53',
  },
  {
    reader: /./,
    weSay: 'refused',
    words: /metadata key \d+ at byte \d+: found an empty one/,
    why: 'keys that begin with NUL',
  },
  {
    reader: /imatrix/,
    weSay: 'refused',
    words: /\.in_sum2|\.counts is|sums for \d+ counts|means of squares|has no columns|imatrix\.|chunk/,
    why: 'a GGUF that is no importance matrix, or one with sums that are no squares',
  },
  {
    reader: /split/,
    weSay: 'refused',
    words:
      /tensors, but the first says|is a whole model|metadata "split\.[\w.]+" is [A-Z]\w+, expected U?INT/,
    why: 'files that are not the splits of one model',
  },
];
