export const inspect = {
  empty: 'Quantize a level, and the error of each of its tensors stands here.',
};
