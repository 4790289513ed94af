// Pictures of what is drawn: the charts as they stand on the page, and one for sharing.
import { FONT } from './raster';

const SVG = 'http://www.w3.org/2000/svg';
const PAINTED = [
  'fill',
  'fill-opacity',
  'fill-rule',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linecap',
  'stroke-linejoin',
  'paint-order',
  'font-size',
  'font-family',
  'font-weight',
  'text-anchor',
  'opacity',
] as const;

/** Words on a picture beside the charts. */
export interface PictureWords {
  /** The model. */
  readonly title: string;
  /** The answer of the comparison. */
  readonly finding: string;
  readonly sentences: string;
  /** Device, date, text, tokens and baseline. */
  readonly caption: string;
}
/** A figure of the picture for sharing. */
export interface PictureFact {
  readonly figure: string;
  readonly of: string;
}

/** The colours of the page as they are now. */
function colours(within: Element) {
  const probe = within.appendChild(document.createElement('span'));
  const read = (name: string) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const found = {
    canvas: read('canvas'),
    surface: read('surface'),
    line: read('line'),
    text: read('text'),
    soft: read('text-2'),
    accent: read('accent-text'),
  };
  probe.remove();
  return found;
}
type Colours = ReturnType<typeof colours>;

function element(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/**
 * A copy of a chart with computed styles as attributes, as the style sheet does not apply outside of the page, and the page's
 * policy allows no style in markup.
 */
function copyOf(svg: SVGSVGElement): SVGSVGElement {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const [from, to] = [svg, copy].map((root) => [root, ...root.querySelectorAll<SVGElement>('*')]);
  for (const [i, each] of from!.entries()) {
    const style = getComputedStyle(each);
    to![i]!.removeAttribute('style');
    to![i]!.removeAttribute('class');
    for (const name of PAINTED) to![i]!.setAttribute(name, style.getPropertyValue(name));
  }
  const { width, height } = svg.getBoundingClientRect();
  copy.setAttribute('viewBox', `0 0 ${width} ${height}`);
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  return copy;
}

interface Type {
  readonly size: number;
  readonly weight: number;
  readonly fill: string;
}
const words = (text: string, x: number, y: number, { size, weight, fill }: Type): SVGElement => {
  const made = element('text', { x, y, 'font-family': FONT, 'font-size': size, 'font-weight': weight, fill });
  made.textContent = text;
  return made;
};

/** Lines no wider than so many pixels; a word that is wider has a line of its own. */
function lines(text: string, widthPx: number, { size, weight }: Type): string[] {
  const context = document.createElement('canvas').getContext('2d');
  if (context) context.font = `${weight} ${size}px ${FONT}`;
  const widthOf = (line: string) => context?.measureText(line).width ?? line.length * size * 0.55;
  const all: string[] = [];
  // Another font may be wider.
  const most = 0.95 * widthPx;
  for (const word of text.split(' ')) {
    const last = all.at(-1);
    if (last !== undefined && widthOf(`${last} ${word}`) <= most) all[all.length - 1] = `${last} ${word}`;
    else all.push(word);
  }
  return all;
}

/** Writes a text in lines; gives where the next would stand. */
function paragraph(
  into: SVGElement,
  text: string,
  at: { x: number; y: number; width: number },
  type: Type,
): number {
  let { y } = at;
  for (const line of lines(text, at.width, type)) {
    into.append(words(line, at.x, y, type));
    y += Math.round(type.size * 1.4);
  }
  return y;
}

const chartOf = (figure: Element) => figure.querySelector<SVGSVGElement>('svg.recharts-surface');

/** A panel of the page: its title, its keys and its chart. */
function panelOf(figure: Element, origin: DOMRect, top: number, c: Colours): SVGElement {
  const box = figure.getBoundingClientRect();
  const made = element('g', { transform: `translate(${box.x - origin.x} ${box.y - origin.y + top})` });
  const { width, height } = box;
  made.append(
    element('rect', {
      x: 0.5,
      y: 0.5,
      width: width - 1,
      height: height - 1,
      rx: 10,
      fill: c.surface,
      stroke: c.line,
    }),
  );
  const lineAt = (part: Element) => {
    const at = part.getBoundingClientRect();
    return { x: at.x - box.x, y: at.y - box.y + at.height / 2 + 4.5 };
  };
  const head = figure.querySelector('h2');
  const cap = figure.querySelector('.ph .cap')?.textContent ?? '';
  if (head) {
    // One text, so that it fits whatever font it is shown in.
    const { x, y } = lineAt(head);
    const title = words(head.textContent ?? '', x, y, { size: 13, weight: 600, fill: c.text });
    const rest = element('tspan', { dx: 8, 'font-size': 12, 'font-weight': 400, fill: c.soft });
    rest.textContent = cap;
    if (cap !== '') title.append(rest);
    made.append(title);
  }
  for (const key of figure.querySelectorAll('.key')) {
    const { x, y } = lineAt(key);
    const fill = getComputedStyle(key.querySelector('i')!).backgroundColor;
    made.append(element('rect', { x, y: y - 9, width: 10, height: 10, rx: 2, fill }));
    made.append(words(key.textContent ?? '', x + 16, y, { size: 12, weight: 400, fill: c.soft }));
  }
  const svg = chartOf(figure);
  if (svg) {
    const at = svg.getBoundingClientRect();
    const copy = copyOf(svg);
    copy.setAttribute('x', String(at.x - box.x));
    copy.setAttribute('y', String(at.y - box.y));
    made.append(copy);
  }
  return made;
}

const PAD = 24;

/** The charts as they stand on the page, with what they are of above and below. */
export function sheetOf(quad: HTMLElement, said: PictureWords): SVGSVGElement {
  const c = colours(quad);
  const origin = quad.getBoundingClientRect();
  const inner = origin.width;
  const sheet = element('svg', { xmlns: SVG }) as SVGSVGElement;
  const back = sheet.appendChild(element('rect', { x: 0, y: 0, fill: c.canvas }));
  const at = { x: PAD, y: PAD + 18, width: inner };
  at.y = paragraph(sheet, said.title, at, { size: 18, weight: 600, fill: c.text });
  if (said.finding) at.y = paragraph(sheet, said.finding, at, { size: 14, weight: 600, fill: c.text });
  if (said.sentences) at.y = paragraph(sheet, said.sentences, at, { size: 12, weight: 400, fill: c.soft });
  const panels = element('g', { transform: `translate(${PAD} ${at.y})` });
  for (const figure of quad.querySelectorAll('figure')) panels.append(panelOf(figure, origin, 0, c));
  sheet.append(panels);
  at.y += origin.height + PAD + 8;
  const end = paragraph(sheet, said.caption, at, { size: 12, weight: 400, fill: c.soft });
  const [width, height] = [Math.ceil(inner + 2 * PAD), Math.ceil(end + PAD / 2)];
  for (const made of [sheet, back]) {
    made.setAttribute('width', String(width));
    made.setAttribute('height', String(height));
  }
  return sheet;
}

/** Size of a picture for sharing, as sites show one beside a link. */
const SHARED = { width: 1200, height: 630 };

/** One picture of the comparison: what it comes to, the chart of size against loss, and the figures of the level. */
export function sharedPicture(
  figure: HTMLElement,
  said: PictureWords,
  facts: readonly PictureFact[],
): SVGSVGElement {
  const c = colours(figure);
  const { width, height } = SHARED;
  const picture = element('svg', { xmlns: SVG, width, height }) as SVGSVGElement;
  picture.append(element('rect', { x: 0, y: 0, width, height, fill: c.surface }));
  const margin = 56;
  const at = { x: margin, y: 74, width: width - 2 * margin };
  at.y = paragraph(picture, said.title, at, { size: 20, weight: 500, fill: c.soft });
  at.y += 18;
  at.y = paragraph(picture, said.finding, at, { size: 34, weight: 600, fill: c.text });
  const svg = chartOf(figure);
  const below = height - 76;
  if (svg) {
    const box = svg.getBoundingClientRect();
    const room = { width: 780, height: below - at.y };
    const scale = Math.min(room.width / box.width, room.height / box.height);
    const copy = copyOf(svg);
    copy.setAttribute('x', String(margin - 8));
    copy.setAttribute('y', String(at.y));
    copy.setAttribute('width', String(box.width * scale));
    copy.setAttribute('height', String(box.height * scale));
    picture.append(copy);
  }
  let y = at.y + 44;
  for (const { figure: value, of } of facts) {
    picture.append(words(value, 870, y, { size: 34, weight: 600, fill: c.accent }));
    y =
      paragraph(picture, of, { x: 870, y: y + 26, width: 280 }, { size: 17, weight: 400, fill: c.soft }) + 32;
  }
  paragraph(
    picture,
    said.caption,
    { x: margin, y: height - 44, width: width - 2 * margin },
    { size: 14, weight: 400, fill: c.soft },
  );
  return picture;
}
