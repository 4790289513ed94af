// Drawings as files of the page.

/** Fonts of a drawing's texts: the page's, where it is there. */
export const FONT = 'Inter, system-ui, sans-serif';
/** Picture pixels per CSS pixel. */
const SCALE = 2;

export const asSvgFile = (svg: SVGElement): Blob =>
  new Blob([new XMLSerializer().serializeToString(svg)], { type: 'image/svg+xml' });

/**
 * Draws the texts of a picture with the fonts of the page, which an image of SVG has not: the same places, the same halos. The
 * picture must be in the document.
 */
function drawTexts(canvas: CanvasRenderingContext2D, svg: SVGSVGElement, scale: number): void {
  const back = svg.getScreenCTM()!.inverse();
  for (const text of svg.querySelectorAll('text')) {
    const own = back.multiply(text.getScreenCTM()!);
    const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
    let at = 0;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const content = node.textContent ?? '';
      if (content === '' || at >= text.getNumberOfChars()) continue;
      const start = text.getStartPositionOfChar(at);
      at += content.length;
      const style = getComputedStyle(node.parentElement!);
      canvas.setTransform(
        scale * own.a,
        scale * own.b,
        scale * own.c,
        scale * own.d,
        scale * own.e,
        scale * own.f,
      );
      canvas.font = `${style.fontWeight} ${style.fontSize} ${FONT}`;
      canvas.lineJoin = 'round';
      const width = Number.parseFloat(style.strokeWidth);
      if (style.stroke !== 'none' && width > 0) {
        canvas.strokeStyle = style.stroke;
        canvas.lineWidth = width;
        canvas.strokeText(content, start.x, start.y);
      }
      canvas.fillStyle = style.fill;
      canvas.fillText(content, start.x, start.y);
    }
  }
}

/** The picture in pixels; null where the browser makes none. */
export async function asPngFile(svg: SVGSVGElement, scale = SCALE): Promise<Blob | null> {
  const [width, height] = [Number(svg.getAttribute('width')), Number(svg.getAttribute('height'))];
  const bare = svg.cloneNode(true) as SVGSVGElement;
  for (const text of bare.querySelectorAll('text')) text.remove();
  const url = URL.createObjectURL(asSvgFile(bare));
  const stage = document.body.appendChild(document.createElement('div'));
  stage.className = 'unseen';
  stage.append(svg);
  try {
    await document.fonts.ready;
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(scale * width);
    canvas.height = Math.round(scale * height);
    const context = canvas.getContext('2d')!;
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    drawTexts(context, svg, scale);
    return await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
  } finally {
    stage.remove();
    URL.revokeObjectURL(url);
  }
}
