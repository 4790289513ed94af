/** Names that a filter means: `*` stands for anything, all else for itself, anywhere in the name. */
export function patternOf(filter: string): RegExp {
  const parts = filter.trim().split('*');
  return new RegExp(parts.map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&')).join('.*'), 'i');
}
