// Parts that all charts of the view have.
import type { ReactNode } from 'react';
import { DefaultZIndexes, usePlotArea, ZIndexLayer } from 'recharts';
import { type Family, familyOf, shapes } from '../kit/family';
import type { Named, Place } from './place-labels';

/** Ticks without lines, in the design's small type. */
export const axis = {
  tick: { fill: 'var(--text-2)', fontSize: 11 },
  tickLine: false,
  axisLine: false,
  stroke: 'var(--line)',
} as const;

export const colourOf = (family: Family): string =>
  family === 'mix' ? 'var(--text-2)' : `var(--f-${family})`;

/** A figure with its title; what it shows in a sentence stands for the drawing where nobody sees it. */
export function ChartFigure(props: {
  id: string;
  title: string;
  cap: string;
  /** The finding in a sentence. */
  finding: string;
  keys?: ReactNode;
  /** Rows of bars, which want a height of their own. */
  rows?: number;
  children: ReactNode;
}) {
  const { id, title, cap, finding, keys, rows, children } = props;
  return (
    <figure className="panel" data-chart={id}>
      <figcaption className="ph">
        <h2>{title}</h2>
        <span className="cap">{cap}</span>
        <span className="push" />
        {keys}
      </figcaption>
      <div
        className="chart"
        role="img"
        aria-label={finding}
        style={rows === undefined ? undefined : { minHeight: 22 * rows + 56 }}
      >
        <div className="whole">{children}</div>
      </div>
    </figure>
  );
}

/** The mark of a level in the colour and the shape of its family. */
export function Mark(props: { cx?: number; cy?: number; payload?: { type: string } }) {
  const { cx = 0, cy = 0, payload } = props;
  if (!payload) return null;
  const family = familyOf(payload.type);
  return (
    <path
      className={`mark f-${family}`}
      data-mark={payload.type}
      fillRule="evenodd"
      transform={`translate(${cx} ${cy})`}
      d={shapes[family]}
    />
  );
}

/** Words of a corner and of the horizontal axis, below the ticks. */
export function AxisWords({ better, name }: { better: string; name: string }) {
  const area = usePlotArea();
  if (!area) return null;
  const y = area.y + area.height + 32;
  return (
    <>
      <text className="axis" x={area.x} y={y}>
        {better}
      </text>
      <text className="axis" x={area.x + area.width} y={y} textAnchor="end">
        {name}
      </text>
    </>
  );
}

let context: CanvasRenderingContext2D | null | undefined;
/** Width of a label in pixels. */
export function textWidth(text: string, weight = 500): number {
  context ??= document.createElement('canvas').getContext('2d');
  if (!context) return 7 * text.length;
  context.font = `${weight} 12px Inter, system-ui, sans-serif`;
  return context.measureText(text).width;
}

/** Names beside marks, with their values where these have room. */
export function Labels(props: {
  marks: readonly (Named & { name: string; value: string })[];
  places: readonly Place[];
}) {
  return (
    <ZIndexLayer zIndex={DefaultZIndexes.label}>
      {props.marks.map(({ name, value }, i) => {
        const place = props.places[i]!;
        return (
          <text
            className="label"
            data-label={name}
            key={name}
            x={place.x}
            y={place.y + 4}
            textAnchor={place.anchor}
          >
            {name}
            {!place.isShort && <tspan className="value"> {value}</tspan>}
          </text>
        );
      })}
    </ZIndexLayer>
  );
}

/** A tooltip of a level. */
export function Tip({ title, lines }: { title: string; lines: readonly string[] }) {
  return (
    <div className="tip">
      <b>{title}</b>
      {lines.map((line) => (
        <span key={line}>{line}</span>
      ))}
    </div>
  );
}
