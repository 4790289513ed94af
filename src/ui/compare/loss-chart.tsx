import {
  CartesianGrid,
  DefaultZIndexes,
  ErrorBar,
  ReferenceArea,
  ReferenceLine,
  ResponsiveContainer,
  Scatter,
  ScatterChart,
  Tooltip,
  usePlotArea,
  useXAxisScale,
  useYAxisScale,
  XAxis,
  YAxis,
  ZIndexLayer,
} from 'recharts';
import type { LossPoint } from '../../store/results/series';
import { families, familyOf } from '../kit/family';
import { nats } from '../kit/units';
import { useWords } from '../words/use-words';
import { axis, AxisWords, colourOf, Labels, Mark, textWidth, Tip } from './chart-parts';
import { LEAST_KL, type LossScale } from './loss-scale';
import { type Box, placeLabels } from './place-labels';
import { fixed, numeral } from '../kit/numerals';

/** Under this width of the chart there is no room for values beside names. */
const WIDE_PX = 360;

/** Place of a level on a chart whose upright axis is the loss. */
export interface Placed {
  readonly point: LossPoint;
  readonly type: string;
  readonly x: number;
  readonly y: number;
  /** Distances to the ends of the bars; null where there is none. */
  readonly yError: readonly [number, number] | null;
  readonly xError: readonly [number, number] | null;
}

export function placed(
  point: LossPoint,
  scale: LossScale,
  x: number,
  range: readonly [number, number] | null,
): Placed {
  const y = scale.place(point.kl);
  const { low, high } = point;
  return {
    point,
    type: point.type,
    x,
    y,
    yError: low === null || high === null ? null : [y - scale.place(low), scale.place(high) - y],
    xError: range && [x - range[0], range[1] - x],
  };
}

function PointTip(props: {
  active?: boolean;
  payload?: readonly { payload: Placed }[];
  size: (bytes: number) => string;
}) {
  const words = useWords().compare.tip;
  const found = props.active ? props.payload?.[0]?.payload : undefined;
  if (!found) return null;
  const { type, kl, low, high, sameTop, speed, bitsPerWeight, fileBytes } = found.point;
  const isBase = kl <= LEAST_KL && low === null;
  const lines = [
    isBase ? words.baseline : words.kl(nats(kl)),
    ...(isBase
      ? []
      : [low === null || high === null ? words.noInterval : words.interval(nats(low), nats(high))]),
    words.same(fixed(100 * sameTop, 1)),
    props.size(fileBytes),
    ...(bitsPerWeight === null ? [] : [words.bits(fixed(bitsPerWeight, 2))]),
    ...(speed ? [words.speed(fixed(speed.median, 1), fixed(speed.min, 1), fixed(speed.max, 1))] : []),
  ];
  return <Tip title={type} lines={lines} />;
}

/** Boxes of levels that are too close to call, behind everything, and the names of all, in front. */
function Over({ points, ties }: { points: readonly Placed[]; ties: readonly (readonly string[])[] }) {
  const words = useWords().compare;
  const area = usePlotArea();
  const [xOf, yOf] = [useXAxisScale(), useYAxisScale()];
  if (!area || !xOf || !yOf) return null;
  const at = (p: Placed) => ({ x: xOf(p.x) ?? 0, y: yOf(p.y) ?? 0 });
  const boxes = ties.map((types) => {
    const all = points.filter((p) => types.includes(p.type));
    const xs = all.map((p) => at(p).x);
    const ys = all.flatMap((p) => [
      yOf(p.y + (p.yError?.[1] ?? 0)) ?? 0,
      yOf(p.y - (p.yError?.[0] ?? 0)) ?? 0,
    ]);
    const [x, y] = [Math.min(...xs) - 14, Math.max(area.y, Math.min(...ys) - 6)];
    const bottom = Math.min(area.y + area.height, Math.max(...ys) + 6);
    return { types, x, y, width: Math.max(...xs) + 14 - x, height: bottom - y };
  });
  const isNarrow = area.width < WIDE_PX;
  const marks = points.map((p) => {
    const value = p.point.kl <= LEAST_KL ? '0' : nats(p.point.kl);
    const [width, shortWidth] = [textWidth(`${p.type} ${value}`), textWidth(p.type)];
    return { ...at(p), name: p.type, value, width: isNarrow ? shortWidth : width, shortWidth };
  });
  // Bars of errors, and the words under the boxes, are kept free.
  const bars = points.flatMap((p): Box[] => {
    const { x, y } = at(p);
    const [top, bottom] = [yOf(p.y + (p.yError?.[1] ?? 0)) ?? y, yOf(p.y - (p.yError?.[0] ?? 0)) ?? y];
    const [left, right] = [xOf(p.x - (p.xError?.[0] ?? 0)) ?? x, xOf(p.x + (p.xError?.[1] ?? 0)) ?? x];
    return [
      { x: x - 3, y: top, width: 6, height: bottom - top },
      { x: left, y: y - 2, width: right - left, height: 4 },
    ];
  });
  // Under the box, or in it where that would be among the ticks.
  const notes = boxes.map((b) => {
    const isUnder = b.y + b.height + 16 < area.y + area.height;
    return { x: b.x + b.width / 2 - 46, y: isUnder ? b.y + b.height : b.y, width: 92, height: 16 };
  });
  const places = placeLabels(marks, area, [...bars, ...notes]).map((place) =>
    isNarrow ? { ...place, isShort: true } : place,
  );
  return (
    <>
      <ZIndexLayer zIndex={DefaultZIndexes.area}>
        {boxes.map((b, i) => (
          <g key={b.types.join(' ')} data-tie={b.types.join(' ')}>
            <rect className="tie" x={b.x} y={b.y} width={b.width} height={b.height} rx={8} />
            <text className="note" x={b.x + b.width / 2} y={notes[i]!.y + 13} textAnchor="middle">
              {words.tooCloseMark}
            </text>
          </g>
        ))}
      </ZIndexLayer>
      <Labels marks={marks} places={places} />
    </>
  );
}

interface LossChartProps {
  readonly points: readonly Placed[];
  /** Levels that nothing beats in both, in the order of the line. */
  readonly front: readonly string[];
  readonly ties: readonly (readonly string[])[];
  readonly scale: LossScale;
  readonly x: {
    readonly scale: 'log' | 'linear';
    readonly domain: readonly [number, number];
    readonly ticks: readonly number[];
  };
  readonly words: { readonly better: string; readonly axis: string };
  /** The place from which levels do not fit, and its words. */
  readonly tooLarge?: { readonly from: number; readonly text: string } | null;
  readonly size: (bytes: number) => string;
}

/** Levels by their loss, always up, and by something else. */
export function LossChart({ points, front, ties, scale, x, words, tooLarge, size }: LossChartProps) {
  const texts = new Map(scale.ticks.map((t) => [t.at, t.text]));
  const line = front.flatMap((type) => points.filter((p) => p.type === type));
  return (
    <ResponsiveContainer width="100%" height="100%">
      <ScatterChart accessibilityLayer={false} margin={{ top: 14, right: 18, bottom: 20, left: 0 }}>
        <CartesianGrid stroke="var(--line)" vertical={false} />
        <XAxis
          type="number"
          dataKey="x"
          scale={x.scale}
          domain={[...x.domain]}
          ticks={[...x.ticks]}
          tickFormatter={(v: number) => numeral(String(v))}
          interval={0}
          height={20}
          allowDataOverflow
          {...axis}
        />
        <YAxis
          type="number"
          dataKey="y"
          domain={[...scale.domain]}
          ticks={scale.ticks.map((t) => t.at)}
          tickFormatter={(v: number) => texts.get(v) ?? ''}
          interval={0}
          width={54}
          allowDataOverflow
          {...axis}
        />
        {tooLarge && (
          <ReferenceArea
            x1={tooLarge.from}
            x2={x.domain[1]}
            fill="var(--sunken)"
            fillOpacity={1}
            label={{ value: tooLarge.text, position: 'insideTopRight', fill: 'var(--text-3)', fontSize: 11 }}
          />
        )}
        {scale.zero !== null && <ReferenceLine y={scale.zero} stroke="var(--edge)" />}
        <Tooltip content={<PointTip size={size} />} cursor={false} isAnimationActive={false} />
        <Scatter
          data={line}
          line={{ stroke: 'var(--edge)', strokeWidth: 1.25, strokeDasharray: '2 3' }}
          shape={() => null}
          isAnimationActive={false}
        />
        {families.map((family) => {
          const own = points.filter((p) => familyOf(p.type) === family);
          const bar = { stroke: colourOf(family), strokeWidth: 1.5, isAnimationActive: false };
          return own.length === 0 ? null : (
            <Scatter key={family} data={own} shape={<Mark />} isAnimationActive={false}>
              <ErrorBar dataKey="yError" direction="y" width={4} {...bar} />
              {own.some((p) => p.xError) && <ErrorBar dataKey="xError" direction="x" width={0} {...bar} />}
            </Scatter>
          );
        })}
        <AxisWords better={words.better} name={words.axis} />
        <Over points={points} ties={ties} />
      </ScatterChart>
    </ResponsiveContainer>
  );
}
