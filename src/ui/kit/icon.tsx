import { type IconName, icons } from './icons';

/** A drawing that says nothing by itself: a word, or a label of its button, is always beside it. */
export function Icon({ name }: { readonly name: IconName }) {
  const { box, stroke, ...more }: { box: string; stroke: string; filled?: string; strokeWidth?: number } =
    icons[name];
  return (
    <svg className="i" viewBox={box} aria-hidden="true">
      <path d={stroke} strokeWidth={more.strokeWidth} />
      {more.filled && <path d={more.filled} fill="currentColor" />}
    </svg>
  );
}
