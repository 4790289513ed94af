// Codebooks as 32-bit words for the shaders.
import { type CodebookName, codebookOf, pointCodes, shapeOf } from './codebook';
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

/**
 * Table of the encoders: codes, one byte per coordinate; then by rank the index of the point or -1 - the offset of a
 * list; then the lists, 16 bits per entry.
 */
export function searchTable(name: CodebookName): Uint32Array<ArrayBuffer> {
  const { codes, map, neighbours } = codebookOf(name);
  const listWords = Math.ceil(neighbours.length / 2);
  const table = new Uint32Array(codes.length / 4 + map.length + listWords);
  table.set(new Uint32Array(codes.slice().buffer));
  table.set(map, codes.length / 4);
  new Uint16Array(table.buffer).set(neighbours, 2 * (codes.length / 4 + map.length));
  return table;
}
