// What a matrix unit takes: M rows and N columns of sums, over K columns.
const MATRIX_M: u32 = 8u;
const MATRIX_N: u32 = 8u;
const MATRIX_K: u32 = 8u;
