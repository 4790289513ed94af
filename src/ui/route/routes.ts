// Every address of the page, behind the `#`, so that a server of plain files serves them all.

/** Addresses by view. `:id` is the model's fingerprint. */
export const paths = {
  open: '/',
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

/** The address of a view; those of a model want its fingerprint. */
export const pathOf = (view: View, id = ''): string => paths[view].replace(':id', encodeURIComponent(id));

/** The model that an address is about. */
export function modelOf(path: string): string | null {
  const found = /^\/m\/([^/]+)/.exec(path);
  if (!found) return null;
  try {
    return decodeURIComponent(found[1]!);
  } catch {
    // An address that somebody typed: it is of no model.
    return null;
  }
}

/** The view that an address shows. */
export function viewOf(path: string): View | null {
  const [first = '', , third = ''] = path.split('/').slice(1);
  if (first === 'm') return modelViews.find((view) => view === (third || 'model')) ?? null;
  return (Object.keys(paths) as View[]).find((view) => paths[view] === `/${first}`) ?? null;
}
