// Codebooks as 32-bit words for the shaders.
import { codebookOf, type CodebookName, pointCodes, shapeOf } from './codebook';
import { magnitude2, magnitude3 } from './magnitudes';

/** Magnitude of a code in the decoders. IQ1 keeps the codes, because their shift is not part of the codebook. */
const magnitude: Readonly<Record<CodebookName, (code: number) => number>> = {
  iq1: (code) => code,
  iq2_xxs: magnitude2,
  iq2_xs: magnitude2,
  iq2_s: magnitude2,
  iq3_xxs: magnitude3,
  iq3_s: (code) => 2 * code + 1,
};

/** Table of the decoders: magnitudes, one byte per coordinate, points in index order. */
export function pointsTable(name: CodebookName): Uint32Array<ArrayBuffer> {
  return new Uint32Array(Uint8Array.from(pointCodes(name), magnitude[name]).buffer);
}

export const pointsBytes = (name: CodebookName): number => shapeOf(name).points * shapeOf(name).dims;

/** Set in the words of ranks off the codebook, and of no point: the lists are shorter than 2^31 words. */
const OFF = 0x80000000;

/**
 * Table of the encoders (shaders/lib/encode/neighbours.wgsl): by rank the point, or OFF and the place of a list in this
 * table; then the lists, each a count and its points. A point is one word, so that a search loads nothing else: its index
 * << 16, and its codes from bit 0 on, 2 bits each for 3 levels and 3 bits for 8.
 */
export function searchTable(name: CodebookName): Uint32Array<ArrayBuffer> {
  const { codes, dims, levels, map, neighbours } = codebookOf(name);
  const codeBits = levels === 3 ? 2 : 3;
  const points = Array.from({ length: codes.length / dims }, (_, index) =>
    codes
      .subarray(index * dims, (index + 1) * dims)
      .reduce((word, code, i) => word | (code << (codeBits * i)), index << 16),
  );
  const table = new Uint32Array(map.length + neighbours.length);
  map.forEach((place, rank) => {
    if (place >= 0) table[rank] = points[place]!;
    else table[rank] = OFF | (map.length - 1 - place);
  });
  for (let list = 0; list < neighbours.length; list += 1 + neighbours[list]!) {
    table[map.length + list] = neighbours[list]!;
    for (let j = list + 1; j <= list + neighbours[list]!; j++)
      table[map.length + j] = points[neighbours[j]!]!;
  }
  return table;
}
