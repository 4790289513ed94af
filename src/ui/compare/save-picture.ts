import { offerDownload } from '../../store/work/actions';

const PAINTED = [
  'fill',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'font-size',
  'font-family',
  'opacity',
] as const;
/** Picture pixels per CSS pixel. */
const SCALE = 2;

/**
 * A copy of the chart with computed styles as attributes of SVG, as the style sheet does not apply outside the page, and the
 * page's policy allows no style in markup.
 */
function standalone(svg: SVGSVGElement): SVGSVGElement {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const [from, to] = [svg, copy].map((root) => [root, ...root.querySelectorAll<SVGElement>('*')]);
  for (const [i, element] of from!.entries()) {
    const style = getComputedStyle(element);
    to![i]!.removeAttribute('style');
    for (const name of PAINTED) to![i]!.setAttribute(name, style.getPropertyValue(name));
  }
  return copy;
}

/** Saves the chart of a figure as PNG, on the page's background color. */
export async function savePicture(figure: HTMLElement, name: string): Promise<void> {
  const svg = figure.querySelector<SVGSVGElement>('svg.recharts-surface');
  if (!svg) return;
  const { width, height } = svg.getBoundingClientRect();
  const copy = standalone(svg);
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  const source = new Blob([new XMLSerializer().serializeToString(copy)], { type: 'image/svg+xml' });
  const url = URL.createObjectURL(source);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = SCALE * width;
    canvas.height = SCALE * height;
    const context = canvas.getContext('2d')!;
    context.fillStyle = getComputedStyle(figure.closest('.panel') ?? figure).backgroundColor;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    const png = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
    if (png) offerDownload(png, name);
  } finally {
    URL.revokeObjectURL(url);
  }
}
