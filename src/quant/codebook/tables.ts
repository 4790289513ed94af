// The codebooks as the shaders read them: 32-bit words.
import { codebookOf, type CodebookName, pointCodes, shapeOf } from './codebook';
import { magnitude2, magnitude3 } from './magnitudes';

/** What a code stands for in the decoders; IQ1 codes stay codes, their shift is not the codebook's. */
const magnitude: Readonly<Record<CodebookName, (code: number) => number>> = {
  iq1: (code) => code,
  iq2_xxs: magnitude2,
  iq2_xs: magnitude2,
  iq2_s: magnitude2,
  iq3_xxs: magnitude3,
  iq3_s: (code) => 2 * code + 1,
};

/** A byte a coordinate, points in index order: what the decoders look up. */
export function pointsTable(name: CodebookName): Uint32Array<ArrayBuffer> {
  return new Uint32Array(Uint8Array.from(pointCodes(name), magnitude[name]).buffer);
}

export const pointsBytes = (name: CodebookName): number => shapeOf(name).points * shapeOf(name).dims;

/**
 * What the encoders search: codes, a byte a coordinate; then by rank the index of the point, or -1 - the place of a
 * list; then the lists as 16-bit halves.
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
