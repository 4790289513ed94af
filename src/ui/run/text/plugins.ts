// Markdown of strangers, on its way to elements: characters that act are written as escapes, and tokens get their places.
import type { Element, ElementContent, Root, RootContent, Text } from 'hast';
import type { InlineMath } from 'mdast-util-math';
import type { Nodes, Parent, Root as MarkdownRoot } from 'mdast';
import type { TokenSpan } from '../../../store/chat/align';
import { visibleText } from '../../../util/foreign-text';

/** Code, fenced or not, in which nothing is a delimiter of math. */
const CODE = /(```[\s\S]*?(?:```|$)|`[^`\n]*`)/;

/** TeX's delimiters \( \) \[ \] as the dollars that the parser knows. Every character keeps its place. */
export const withDollars = (source: string): string =>
  source
    .split(CODE)
    .map((piece, i) => (i % 2 === 1 ? piece : piece.replace(/\\[()[\]]/g, '$$$$')))
    .join('');

const isInlineMath = (node: Nodes): node is InlineMath => node.type === 'inlineMath';

/** Single dollars are math only as Pandoc has them: no space inside of them, no digit behind. Prices stay prices. */
export function remarkPrices() {
  return (tree: MarkdownRoot, file: { readonly value: unknown }): void => {
    const source = String(file.value);
    const visit = (parent: Parent): void => {
      for (const [i, child] of parent.children.entries()) {
        if (isInlineMath(child)) {
          const from = child.position?.start.offset ?? 0;
          const end = child.position?.end.offset ?? 0;
          const written = source.slice(from, end);
          const isDouble = written.startsWith('$$');
          const isMath = isDouble || (!/^\$\s|\s\$$/.test(written) && !/\d/.test(source[end] ?? ''));
          if (!isMath && child.position)
            parent.children[i] = { type: 'text', value: written, position: child.position };
        } else if ('children' in child) visit(child);
      }
    };
    visit(tree);
  };
}

interface ForeignOptions {
  readonly source: string;
  readonly spans?: readonly TokenSpan[] | undefined;
}

/** Elements whose text may run the other way, each by itself. */
const OWN_DIRECTION: ReadonlySet<string> = new Set([
  'p',
  'li',
  'td',
  'th',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
]);
/** Elements that only pass their children's text on. */
const isLeaf = (node: RootContent | ElementContent): node is Text => node.type === 'text';

const textOf = (node: Element | Text): string =>
  isLeaf(node)
    ? node.value
    : node.children.map((c) => (c.type === 'element' || isLeaf(c) ? textOf(c) : '')).join('');

/** Cuts a text into its tokens' spans, each with the number of its token. `from` is where it stands in the source. */
function cut(value: string, from: number, spans: readonly TokenSpan[]): ElementContent[] {
  const out: ElementContent[] = [];
  let at = 0;
  const say = (text: string): Text => ({ type: 'text', value: visibleText(text) });
  for (const [i, { start, end }] of spans.entries()) {
    if (end <= from + at) continue;
    if (start >= from + value.length) break;
    const begin = Math.max(start - from, at);
    const stop = Math.min(end - from, value.length);
    if (begin > at) out.push(say(value.slice(at, begin)));
    out.push({
      type: 'element',
      tagName: 'span',
      properties: { dataToken: String(i) },
      children: [say(value.slice(begin, stop))],
    });
    at = stop;
  }
  if (at < value.length) out.push(say(value.slice(at)));
  return out;
}

/** Last of all: what is a stranger's text is shown as such, and knows its tokens. */
export function rehypeForeign({ source, spans }: ForeignOptions) {
  return (tree: Root): void => {
    const clean = (element: Element): void => {
      for (const [name, value] of Object.entries(element.properties))
        if (typeof value === 'string') element.properties[name] = visibleText(value);
      if (OWN_DIRECTION.has(element.tagName)) element.properties.dir = 'auto';
    };
    /** The place in the source of the text that the leaves below a node have; -1 where it reads differently there. */
    const placeOf = (node: Element | Text): number => {
      const from = node.position?.start.offset;
      const end = node.position?.end.offset;
      if (from === undefined || end === undefined) return -1;
      const text = textOf(node).replace(/\n$/, '');
      const i = source.slice(from, end).indexOf(text);
      return i < 0 ? -1 : from + i;
    };
    const visit = (parent: Root | Element, at: { place: number } | undefined): void => {
      const children: ElementContent[] = [];
      for (const child of parent.children) {
        if (isLeaf(child)) {
          const place = at ? at.place : placeOf(child);
          if (at && at.place >= 0) at.place += child.value.length;
          if (spans && place >= 0) children.push(...cut(child.value, place, spans));
          else children.push({ ...child, value: visibleText(child.value) });
          continue;
        }
        if (child.type === 'element') {
          const isMath = String(child.properties.className ?? '').includes('language-math');
          clean(child);
          // A highlighter leaves its pieces without a place of their own.
          if (!isMath) visit(child, at ?? (child.tagName === 'code' ? { place: placeOf(child) } : undefined));
        }
        // HTML of a stranger is text like any other.
        else if ('value' in child) children.push({ type: 'text', value: visibleText(child.value) });
        if (child.type === 'element') children.push(child);
      }
      parent.children = children;
    };
    visit(tree, undefined);
  };
}
