// Shape of the matrix units: an M x N result, summed over K.
const MATRIX_M: u32 = 8u;
const MATRIX_N: u32 = 16u;
const MATRIX_K: u32 = 16u;
