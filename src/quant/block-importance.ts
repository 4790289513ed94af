/** The part of an importance matrix that belongs to a block. */
export interface BlockImportance {
  /** Importance of the columns of the whole row. */
  readonly weights: Float32Array;
  /** Column of the block's first weight. */
  readonly column: number;
  /** Mean square of the row's weights, summed in order in float32. */
  readonly rowMeanSquare: number;
}
