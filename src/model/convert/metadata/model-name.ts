// Parses a model's folder name: basename, size, finetune, version. Source: gguf-py, metadata.py.

export interface NameParts {
  readonly full: string;
  readonly organization?: string;
  readonly basename?: string;
  readonly finetune?: string;
  readonly version?: string;
  readonly sizeLabel?: string;
}

type Kind = 'basename' | 'size' | 'finetune' | 'version' | 'type';

const VERSION = /^(v|iter)?\d+([.]\d+)*$/i;
const TYPE = /^(i?q\d(_\w)*|b?fp?(16|32))$/i;
const SIZE = /^((A|\d+x)?\d+([._]\d+)?[KMBT]\d?|small|mini|medium|large|x?xl)$/i;
const FINETUNE = /^(chat|instruct|vision|lora)$/i;

/** Normalizes a size in a name. A size far from the model's own is a context length and part of the finetune name. */
function sizePart(part: string, parameters: number): { part: string; kind: Kind } {
  let text = part.replaceAll('_', '.');
  if (/\d$/.test(text)) text = `${text.slice(0, -2)}.${text.slice(-1)}${text.slice(-2, -1)}`;
  if (/\d[kmbt]$/.test(text)) text = text.slice(0, -1) + text.slice(-1).toUpperCase();
  const size = Number(text.slice(0, -1)) * 1000 ** ' KMBT'.indexOf(text.slice(-1));
  if (
    parameters > 0 &&
    Number.isFinite(size) &&
    Math.abs(size - parameters) > Math.floor((7 * parameters) / 8)
  )
    return { part: text.slice(0, -1) + text.slice(-1).toLowerCase(), kind: 'finetune' };
  return { part: text, kind: 'size' };
}

/** Marks the leading parts that may be the base name. */
function markBasename(parts: readonly string[], kinds: readonly Set<Kind>[]): void {
  let atStart = true;
  parts.forEach((part, i) => {
    const kind = kinds[i]!;
    if (atStart && ((kind.size === 0 && /^\p{L}/u.test(part)) || kind.has('version'))) kind.add('basename');
    else {
      atStart = false;
      if (kind.size === 0) kind.add('finetune');
    }
  });
  for (const kind of [...kinds].reverse()) {
    if (!kind.has('basename') || kind.size === 1) break;
    kind.delete('basename');
  }
}

/** Parses a model id. `parameters` is the model's size, compared with sizes in the name; 0 if unknown. */
export function nameParts(id: string, parameters: number): NameParts {
  if (id.includes(' ')) return { full: id };
  const slash = id.indexOf('/');
  const organization = slash > 0 && id[0] !== '.' ? id.slice(0, slash) : undefined;
  const full = id.slice(slash + 1);
  const parts = full.split('-').filter((part) => part !== '');
  const kinds = parts.map(() => new Set<Kind>());
  parts.forEach((part, i) => {
    if (VERSION.test(part)) kinds[i]!.add('version');
    else if (TYPE.test(part)) {
      kinds[i]!.add('type');
      parts[i] = part.toUpperCase();
    } else if (i > 0 && SIZE.test(part)) {
      const size = sizePart(part, parameters);
      parts[i] = size.part;
      kinds[i]!.add(size.kind);
    } else if (i > 0 && FINETUNE.test(part)) kinds[i]!.add('finetune');
  });
  // A word such as "mini" is not a size if there is a number.
  if (parts.some((part, i) => kinds[i]!.has('size') && /\d/.test(part)))
    parts.forEach((part, i) => {
      if (/^\p{L}+$/u.test(part)) kinds[i]!.delete('size');
    });
  markBasename(parts, kinds);
  const join = (kind: Kind, keep: (i: number) => boolean = () => true): string | undefined =>
    [...new Set(parts.filter((_, i) => kinds[i]!.has(kind) && keep(i)))].join('-') || undefined;
  const sizeLabel = join('size');
  const finetune = parts.filter((_, i) => kinds[i]!.has('finetune')).join('-') || undefined;
  const version = join('version', (i) => !kinds[i]!.has('basename'));
  const known = sizeLabel ?? finetune ?? version;
  const found = {
    organization,
    basename: known ? join('basename') : undefined,
    finetune,
    version,
    sizeLabel,
  };
  return { full, ...(Object.fromEntries(Object.entries(found).filter(([, v]) => v)) as object) };
}

/** tiny-phi4mini -> Tiny Phi4Mini. Capitalizes lower-case words; keeps versions and sizes. */
export const titleOf = (id: string): string =>
  id
    .trim()
    .replaceAll('-', ' ')
    .split(/\s+/)
    .map((word) => {
      const lower = /\p{L}/u.test(word) && word === word.toLowerCase();
      if (!lower || /^(v\d+(?:\.\d+)*|\d.*)$/.test(word)) return word;
      return word.replace(/\p{L}+/gu, (run) => run[0]!.toUpperCase() + run.slice(1).toLowerCase());
    })
    .join(' ');

/** Formats a count with at least two digits: 1.8M, 394K. */
function rounded(count: number): string {
  const [scale, suffix] =
    count > 1e12 ? [1e-12, 'T'] : count > 1e9 ? [1e-9, 'B'] : count > 1e6 ? [1e-6, 'M'] : [1e-3, 'K'];
  const scaled = count * (scale as number);
  const digits = String(Math.round(scaled)).replace(/^0+/, '').length;
  return `${scaled.toFixed(Math.max(2 - digits, 0))}${suffix}`;
}

/** general.size_label from the tensors: 394K, or 8x141K with experts. */
export function sizeLabelOf(tensors: readonly { name: string; shape: readonly number[] }[]): string {
  let shared = 0;
  let expert = 0;
  let counts = 0;
  let stacks = 0;
  for (const { name, shape } of tensors) {
    const size = shape.reduce((n, d) => n * d, 1);
    if (name.includes('_exps.') && shape.length > 2) {
      expert += Math.floor(size / shape[2]!);
      counts += shape[2]!;
      stacks++;
    } else shared += size;
  }
  return stacks > 0 ? `${Math.floor(counts / stacks)}x${rounded(shared + expert)}` : rounded(shared);
}
