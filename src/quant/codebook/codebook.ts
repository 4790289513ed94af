// Codebooks of the IQ formats: the tuples of codes that have an index, and the points nearest to each other tuple.
import data from './points.json' with { type: 'json' };

/** Names in points.json; IQ1_S and IQ1_M share one. */
export type CodebookName = keyof typeof data.points;

/** Codebook points are tuples of `dims` codes below `levels`. The rank of a tuple is sum(code[i] * levels^i). */
export interface Codebook {
  readonly name: CodebookName;
  readonly levels: number;
  readonly dims: number;
  /** points x dims, in index order. */
  readonly codes: Uint8Array;
  /** By rank: the index of the point, or -1 - the offset of its list in `neighbours`. */
  readonly map: Int32Array;
  /** For each tuple off the codebook: the count of its nearest points, then their indices by distance and index. */
  readonly neighbours: Uint16Array;
}

interface CodebookShape {
  readonly points: number;
  readonly levels: number;
  readonly dims: number;
  /** Number of different distances in a list of neighbours. Source: iq2xs_init_impl, iq3xs_init_impl. */
  readonly shells: number;
}
const SHAPES = {
  iq1: { points: 2048, levels: 3, dims: 8, shells: 3 },
  iq2_xxs: { points: 256, levels: 3, dims: 8, shells: 2 },
  iq2_xs: { points: 512, levels: 3, dims: 8, shells: 2 },
  iq2_s: { points: 1024, levels: 3, dims: 8, shells: 1 },
  iq3_xxs: { points: 256, levels: 8, dims: 4, shells: 2 },
  iq3_s: { points: 512, levels: 8, dims: 4, shells: 3 },
} as const satisfies Readonly<Record<CodebookName, CodebookShape>>;

export const shapeOf = (name: CodebookName): CodebookShape => SHAPES[name];

function ranksOf(text: string): number[] {
  const ranks: number[] = [];
  let next = 0;
  for (const char of atob(text)) {
    const gap = char.charCodeAt(0);
    next += gap;
    if (gap < 255) ranks.push(next++);
  }
  return ranks;
}

const tuple = (rank: number, levels: number, dims: number): number[] =>
  Array.from({ length: dims }, (_, i) => Math.floor(rank / levels ** i) % levels);

/** Indices of the points at the `shells` smallest squared distances from a tuple. */
function nearestPoints(codes: Uint8Array, at: readonly number[], shells: number): number[] {
  const dims = at.length;
  const byDistance: number[][] = [];
  for (let p = 0; p < codes.length / dims; p++) {
    let distance = 0;
    for (let i = 0; i < dims; i++) distance += (codes[p * dims + i]! - at[i]!) ** 2;
    const shell = byDistance[distance];
    if (shell) shell.push(p);
    else byDistance[distance] = [p];
  }
  return byDistance
    .filter((shell) => shell !== undefined)
    .slice(0, shells)
    .flat();
}

/** Codes of a codebook, points x dims, in index order. */
export function pointCodes(name: CodebookName): Uint8Array {
  const { levels, dims } = SHAPES[name];
  return once(codesByName, name, () =>
    Uint8Array.from(ranksOf(data.points[name]).flatMap((rank) => tuple(rank, levels, dims))),
  );
}

/** Returns a codebook, built on first use (at most a few hundred milliseconds). */
export const codebookOf = (name: CodebookName): Codebook => once(codebooks, name, () => build(name));

function build(name: CodebookName): Codebook {
  const { levels, dims, shells } = SHAPES[name];
  const codes = pointCodes(name);
  const map = new Int32Array(levels ** dims).fill(-1);
  ranksOf(data.points[name]).forEach((rank, index) => {
    map[rank] = index;
  });
  const neighbours: number[] = [];
  for (let rank = 0; rank < map.length; rank++) {
    if (map[rank]! >= 0) continue;
    map[rank] = -1 - neighbours.length;
    const list = nearestPoints(codes, tuple(rank, levels, dims), shells);
    neighbours.push(list.length, ...list);
  }
  return { name, levels, dims, codes, map, neighbours: Uint16Array.from(neighbours) };
}

const codesByName = new Map<CodebookName, Uint8Array>();
const codebooks = new Map<CodebookName, Codebook>();

function once<K, V>(made: Map<K, V>, key: K, make: () => V): V {
  let value = made.get(key);
  if (value === undefined) {
    value = make();
    made.set(key, value);
  }
  return value;
}
