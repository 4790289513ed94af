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
  readonly width: number;
}
/** Begin of a name, in the middle of its line, and how it is anchored. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly anchor: 'start' | 'middle' | 'end';
  /** It covers another name or a mark, as there was no free place. */
  readonly covers: boolean;
}

const LINE = 15;
const AWAY = 10;

const overlap = (a: Box, b: Box): number =>
  Math.max(0, Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)) *
  Math.max(0, Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y));

type Try = readonly [dx: number, dy: number, anchor: Place['anchor']];
/** Beside the mark first, as that is read with it; then above and below, then farther. */
const TRIES: readonly Try[] = [1, 1.7, 2.6].flatMap((far): Try[] => [
  [AWAY * far, 0, 'start'],
  [-AWAY * far, 0, 'end'],
  [AWAY * far, -10 * far, 'start'],
  [-AWAY * far, -10 * far, 'end'],
  [AWAY * far, 10 * far, 'start'],
  [-AWAY * far, 10 * far, 'end'],
  [0, -16 * far, 'middle'],
  [0, 16 * far, 'middle'],
]);

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
 * A place for each name, one after the other: the first try that covers no mark and no name before it, else the one that covers
 * least. `obstacles` are further boxes to keep free.
 */
export function placeLabels(marks: readonly Named[], area: Box, obstacles: readonly Box[] = []): Place[] {
  const taken: Box[] = [
    ...obstacles,
    ...marks.map((m) => ({ x: m.x - 7, y: m.y - 7, width: 14, height: 14 })),
  ];
  return marks.map((mark) => {
    let best: (Place & { cost: number; box: Box }) | undefined;
    for (const [dx, dy, anchor] of TRIES) {
      const box = boxOf(mark.x + dx, mark.y + dy, mark.width, anchor);
      const covered = taken.reduce((sum, other) => sum + overlap(box, other), 0);
      const cost = covered + (inside(box, area) ? 0 : 10_000);
      if (!best || cost < best.cost)
        best = { x: mark.x + dx, y: mark.y + dy, anchor, covers: covered > 0, cost, box };
      if (cost === 0) break;
    }
    taken.push(best!.box);
    const { x, y, anchor, covers } = best!;
    return { x, y, anchor, covers };
  });
}
