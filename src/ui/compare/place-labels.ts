// Places for the names of marks, where they cover nothing. Pure.

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
/** A mark with its name, in pixels. */
export interface Named {
  readonly x: number;
  readonly y: number;
  /** Of the name with its value, and of the name alone. */
  readonly width: number;
  readonly shortWidth: number;
}
/** Begin of a name, in the middle of its line, and how it is anchored. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly anchor: 'start' | 'middle' | 'end';
  /** There was no room for the value. */
  readonly isShort: boolean;
}

const LINE = 15;
const AWAY = 10;

const overlap = (a: Box, b: Box): number =>
  Math.max(0, Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)) *
  Math.max(0, Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y));

type Try = readonly [dx: number, dy: number, anchor: Place['anchor']];
/** Beside the mark first, as that is read with it; then above and below, then farther. */
const triesAt = (far: number): readonly Try[] => [
  [AWAY * far, 0, 'start'],
  [-AWAY * far, 0, 'end'],
  [AWAY * far, -10 * far, 'start'],
  [-AWAY * far, -10 * far, 'end'],
  [AWAY * far, 10 * far, 'start'],
  [-AWAY * far, 10 * far, 'end'],
  [0, -16 * far, 'middle'],
  [0, 16 * far, 'middle'],
];
/** Near with the value, near without it, then farther. */
const TRIES = [1, 1.7, 2.6].flatMap((far) =>
  [false, true].flatMap((isShort) => triesAt(far).map((t) => ({ t, isShort }))),
);

const boxOf = (x: number, y: number, width: number, anchor: Place['anchor']): Box => ({
  x: anchor === 'start' ? x : anchor === 'end' ? x - width : x - width / 2,
  y: y - LINE / 2,
  width,
  height: LINE,
});
const inside = (a: Box, area: Box): boolean =>
  a.x >= area.x &&
  a.x + a.width <= area.x + area.width &&
  a.y >= area.y &&
  a.y + a.height <= area.y + area.height;

/**
 * A place for each name with its value, one after the other: the first try that covers no mark and no name before it, else the one that covers
 * least. `obstacles` are further boxes to keep free.
 */
export function placeLabels(marks: readonly Named[], area: Box, obstacles: readonly Box[] = []): Place[] {
  const taken: Box[] = [
    ...obstacles,
    ...marks.map((m) => ({ x: m.x - 7, y: m.y - 7, width: 14, height: 14 })),
  ];
  return marks.map((mark) => {
    let best: { place: Place; cost: number; box: Box } | undefined;
    for (const {
      t: [dx, dy, anchor],
      isShort,
    } of TRIES) {
      const [x, y] = [mark.x + dx, mark.y + dy];
      const box = boxOf(x, y, isShort ? mark.shortWidth : mark.width, anchor);
      const covered = taken.reduce((sum, other) => sum + overlap(box, other), 0);
      const cost = covered + (inside(box, area) ? 0 : 10_000);
      if (!best || cost < best.cost) best = { place: { x, y, anchor, isShort }, cost, box };
      if (cost === 0) break;
    }
    taken.push(best!.box);
    return best!.place;
  });
}

/** Heights of names in a column, in the order given, moved apart as little as need be between `top` and `bottom`. */
export function spread(
  heights: readonly number[],
  { top, bottom }: { top: number; bottom: number },
): number[] {
  const order = heights.map((_, i) => i).sort((a, b) => heights[a]! - heights[b]!);
  const placed = [...heights];
  let least = top;
  for (const i of order) {
    placed[i] = Math.max(placed[i]!, least);
    least = placed[i] + LINE;
  }
  // Back from below, where the last ones were pushed out.
  let most = bottom;
  for (const i of order.toReversed()) {
    placed[i] = Math.min(placed[i]!, most);
    most = placed[i] - LINE;
  }
  return placed;
}
