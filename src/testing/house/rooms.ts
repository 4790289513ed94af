/** Rooms of the source tree, lowest first: a room may import those before it. docs/architecture.md lists them. */
export const rooms = [
  'util',
  'wgsl',
  'gpu',
  'quant',
  'files',
  'checkpoint',
  'ops',
  'text',
  'model',
  'device',
  'pipeline',
  'infer',
  'evaluate',
  'studio',
  'api',
  'index',
  'node',
  'browser',
  'worker',
  'store',
  'ui',
  'main',
  'cli',
  'bench',
  'examples',
  'testing',
] as const;
export type Room = (typeof rooms)[number];

/** Rooms that never run in a browser, and rooms that run only there. */
const outOfBrowser: readonly Room[] = ['node', 'cli'];
const inBrowser: readonly Room[] = ['browser', 'worker', 'store', 'ui', 'main'];
/** Rooms that nothing below imports; benchmarks, examples and tests may also import each other. */
const onTop: readonly Room[] = ['cli', 'bench', 'examples', 'testing'];

/** Room of a file by its path from the root of the project; undefined outside the rooms. */
export function roomOf(path: string): Room | undefined {
  const [top, name] = path.split('/');
  const room = top === 'src' ? name?.replace(/\.(ts|tsx)$/, '') : top;
  return rooms.find((r) => r === room);
}

/**
 * The page's files know the engine by its types; values come over the worker's protocol or from these places: constants
 * that both need are in util/constants.
 */
const valuesForThePage = /^src\/(util|worker|browser|store|ui)\/|^src\/main\.tsx$/;

/** Reason why a file may not import another; undefined if it may. `typeOnly` imports have no effect at run time. */
export function whyNot(from: string, to: string, typeOnly: boolean): string | undefined {
  const [own, other] = [roomOf(from), roomOf(to)];
  if (own === undefined || other === undefined || own === other) return undefined;
  const isTop = onTop.includes(own);
  if (onTop.includes(other) && !(isTop && own !== 'cli')) return `${other} stands on top of the house`;
  if (!isTop && rooms.indexOf(other) > rooms.indexOf(own)) return `${other} stands above ${own}`;
  if (own !== 'testing' && own !== 'bench') {
    if (outOfBrowser.includes(own) && inBrowser.includes(other)) return `${own} runs outside of a browser`;
    if (inBrowser.includes(own) && outOfBrowser.includes(other)) return `${own} runs in a browser`;
  }
  if (['store', 'ui', 'main'].includes(own) && !typeOnly && !valuesForThePage.test(to))
    return 'the page takes the engine by type only';
  return undefined;
}
