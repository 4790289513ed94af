/** What an importance matrix says about a block. */
export interface BlockImportance {
  /** Of the whole row. */
  readonly weights: Float32Array;
  /** Column of the block's first weight. */
  readonly column: number;
  /** Mean square of the weights of the row, summed in order in float32. */
  readonly rowMeanSquare: number;
}
