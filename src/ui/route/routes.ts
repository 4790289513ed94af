// Every address of the page, behind the `#`, so that a server of plain files serves them all.

/** Addresses by view. `:id` is the model's fingerprint. */
export const paths = {
  open: '/',
  try: '/try',
  model: '/m/:id',
  levels: '/m/:id/levels',
  chat: '/m/:id/chat',
  compare: '/m/:id/compare',
  inspect: '/m/:id/inspect',
  device: '/device',
  settings: '/settings',
} as const;
export type View = keyof typeof paths;

/** Views that are about a model. */
export const modelViews = [
  'model',
  'levels',
  'chat',
  'compare',
  'inspect',
] as const satisfies readonly View[];
export type ModelView = (typeof modelViews)[number];
export const isModelView = (view: View): view is ModelView => (modelViews as readonly View[]).includes(view);

/** The address of a view; those of a model want its fingerprint. */
export const pathOf = (view: View, id = ''): string => paths[view].replace(':id', encodeURIComponent(id));

/** The address of a level's sheet: what it is, and how to take it along. */
export const exportPath = (id: string, type: string): string =>
  `${pathOf('levels', id)}/${encodeURIComponent(type)}/export`;

/** The level whose sheet an address shows. */
export function exportedLevel(path: string): string | null {
  const found = /^\/m\/[^/]+\/levels\/([^/]+)\/export$/.exec(path);
  return found ? decoded(found[1]!) : null;
}

/** The address of a tensor that is looked at. */
export const inspectPath = (id: string, name: string): string =>
  `${pathOf('inspect', id)}/${encodeURIComponent(name)}`;

/** The tensor that an address looks at. */
export function inspectedTensor(path: string): string | null {
  const found = /^\/m\/[^/]+\/inspect\/([^/]+)$/.exec(path);
  return found ? decoded(found[1]!) : null;
}

/** Parts of the view that compares, by the ends of their addresses. */
export const compareParts = { charts: '', table: '/table', side: '/side-by-side' } as const;
export type ComparePart = keyof typeof compareParts;

/** The address of a part of the view that compares. */
export const comparePath = (id: string, part: ComparePart): string =>
  `${pathOf('compare', id)}${compareParts[part]}`;

/** The part that an address of that view shows; charts where it names none that there is. */
export function comparePart(path: string): ComparePart {
  const [, end = ''] = /^\/m\/[^/]+\/compare(\/[^/]+)?/.exec(path) ?? [];
  return (Object.keys(compareParts) as ComparePart[]).find((part) => compareParts[part] === end) ?? 'charts';
}

/** The address of a conversation. */
export const chatPath = (id: string, conversation: string): string =>
  `${pathOf('chat', id)}/${encodeURIComponent(conversation)}`;

/** The conversation that an address shows. */
export function conversationOf(path: string): string | null {
  const found = /^\/m\/[^/]+\/chat\/([^/]+)$/.exec(path);
  return found ? decoded(found[1]!) : null;
}

/** A part of an address as it was meant; null for one that somebody mistyped. */
function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

/** The model that an address is about. */
export function modelOf(path: string): string | null {
  const found = /^\/m\/([^/]+)/.exec(path);
  return found ? decoded(found[1]!) : null;
}

/** The view that an address shows. */
export function viewOf(path: string): View | null {
  const [first = '', , third = ''] = path.split('/').slice(1);
  if (first === 'm') return modelViews.find((view) => view === (third || 'model')) ?? null;
  return (Object.keys(paths) as View[]).find((view) => paths[view] === `/${first}`) ?? null;
}
