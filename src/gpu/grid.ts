/** Extents of a grid of workgroups. */
export type Workgroups = readonly [x: number, y?: number, z?: number];

/** Workgroups of a dispatch. */
export const workgroupCount = ([x, y = 1, z = 1]: Workgroups): number => x * y * z;

/** Workgroups in x before y is used; GRID_WIDTH in the shaders. */
export const GRID_WIDTH = 32768;

/** A grid of `count` workgroups; `index = wid.y * GRID_WIDTH + wid.x` in the shader. */
export const grid = (count: number): Workgroups =>
  count <= GRID_WIDTH ? [Math.max(count, 1)] : [GRID_WIDTH, Math.ceil(count / GRID_WIDTH)];

/**
 * Parts that a grid may be dispatched in: the workgroups of a grid that wraps (lib/grid), the columns of workgroups that
 * share x, or those that share x and z. The kernel has a param `first_workgroup`, with which a part begins; that of
 * 'columns of layers' is followed by `first_expert`.
 */
export type CutBy = 'workgroups' | 'columns' | 'columns of layers';
/** The values of these params in a dispatch that begins at its beginning. */
export const AT_START = { first_workgroup: 0, first_expert: 0 } as const;

/** Parts of a grid. A range of them is a grid again if it lies within a row, or is whole rows. */
export interface Parts {
  readonly parts: number;
  readonly row: number;
}
export function partsOf(by: CutBy | undefined, workgroups: Workgroups): Parts {
  const [x, , z = 1] = workgroups;
  if (!by) return { parts: 1, row: 1 };
  const parts = by === 'workgroups' ? workgroupCount(workgroups) : by === 'columns' ? x : x * z;
  return { parts, row: by === 'columns of layers' ? x : parts };
}

/** As many parts from `from` on, up to `count`, as are a grid. */
export function partsInGrid({ row }: Pick<Parts, 'row'>, from: number, count: number): number {
  const into = from % row;
  return into > 0 || count < row ? Math.min(count, row - into) : count - (count % row);
}

/** The grid of parts [from, to), and where it begins in the whole. */
export function gridOfParts(
  by: CutBy,
  whole: Workgroups,
  from: number,
  to: number,
): {
  readonly workgroups: readonly [x: number, y: number, z: number];
  readonly x: number;
  readonly z: number;
} {
  const count = to - from;
  const [x, y = 1, z = 1] = whole;
  if (by === 'workgroups') {
    const [width, height = 1] = grid(count);
    return { workgroups: [width, height, 1], x: from, z: 0 };
  }
  if (by === 'columns') return { workgroups: [count, y, z], x: from, z: 0 };
  const [firstX, firstZ] = [from % x, Math.floor(from / x)];
  return { workgroups: count < x ? [count, y, 1] : [x, y, count / x], x: firstX, z: firstZ };
}

/** The place in a grid where a recorded dispatch begins: words of its params. */
export class GridStart {
  readonly by: CutBy;
  readonly #queue: GPUQueue;
  readonly #buffer: GPUBuffer;
  readonly #offset: number;
  #x = 0;
  #z = 0;

  /** `offset` is that of `first_workgroup`, in bytes; the params were written with zeros. */
  constructor(queue: GPUQueue, by: CutBy, buffer: GPUBuffer, offset: number) {
    this.#queue = queue;
    this.by = by;
    this.#buffer = buffer;
    this.#offset = offset;
  }
  /** Holds for what is submitted next, so that a submit has one part of a dispatch at most. */
  move(x: number, z = 0): void {
    if (x === this.#x && z === this.#z) return;
    [this.#x, this.#z] = [x, z];
    const words = this.by === 'columns of layers' ? [x, z] : [x];
    this.#queue.writeBuffer(this.#buffer, this.#offset, Uint32Array.from(words));
  }
}
