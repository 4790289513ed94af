/** A token and its probability. */
export interface ScoredToken {
  readonly id: number;
  /** Of a token of an answer the text that it added, else the token's own; U+FFFD stands for half a character. */
  readonly text: string;
  /** 0 to 1, by the softmax of the logits: before penalties, temperature and truncation. */
  readonly probability: number;
}

/** A token of an answer, and the likeliest tokens in its place, likeliest first. */
export interface RankedToken extends ScoredToken {
  readonly top: readonly ScoredToken[];
}
