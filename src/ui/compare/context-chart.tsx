import {
  CartesianGrid,
  ErrorBar,
  ResponsiveContainer,
  Scatter,
  ScatterChart,
  Tooltip,
  usePlotArea,
  useXAxisScale,
  useYAxisScale,
  XAxis,
  YAxis,
} from 'recharts';
import type { ContextLine } from '../../store/results/series';
import { familyOf } from '../kit/family';
import { useWords } from '../words/use-words';
import { axis, AxisWords, colourOf, Labels, Mark, textWidth, Tip } from './chart-parts';
import { niceTicks } from './loss-scale';
import { type Box, placeLabels } from './place-labels';

export const tokensText = (n: number): string =>
  n >= 1024 && n % 1024 === 0 ? `${n / 1024}k` : n.toLocaleString('en');

type Point = ContextLine['points'][number] & {
  readonly type: string;
  readonly error: readonly [number, number];
};

function SpeedTip(props: { active?: boolean; payload?: readonly { payload: Point }[] }) {
  const words = useWords().compare.tip;
  const found = props.active ? props.payload?.[0]?.payload : undefined;
  if (!found) return null;
  const { median, min, max } = found;
  const lines = [
    words.atContext(found.contextTokens.toLocaleString('en')),
    words.speed(median.toFixed(1), min.toFixed(1), max.toFixed(1)),
  ];
  return <Tip title={found.type} lines={lines} />;
}

/** Names at the right ends of lines, with the speed there; under those that memory ended, that it did. */
function Ends({ lines }: { lines: readonly ContextLine[] }) {
  const words = useWords().compare;
  const area = usePlotArea();
  const [xOf, yOf] = [useXAxisScale(), useYAxisScale()];
  if (!area || !xOf || !yOf) return null;
  const marks = lines.map(({ type, points }) => {
    const last = points.at(-1)!;
    const value = last.median.toFixed(1);
    const [x, y] = [xOf(last.contextTokens) ?? 0, yOf(last.median) ?? 0];
    return { x, y, name: type, value, width: textWidth(`${type} ${value}`) };
  });
  const room = { ...area, width: area.width + 110 };
  const taken: Box[] = [];
  const places = placeLabels(marks, room, taken);
  const ended = marks.filter((_, i) => lines[i]!.endedBy === 'memory');
  const under = ended.map((mark) => places[marks.indexOf(mark)]!);
  return (
    <>
      <Labels marks={marks} places={places} />
      {under.map((place, i) => (
        <text
          className="note"
          data-ends={ended[i]!.name}
          key={ended[i]!.name}
          x={place.x}
          y={place.y + 19}
          textAnchor={place.anchor}
        >
          {words.memoryEnds}
        </text>
      ))}
    </>
  );
}

/** Speed of generation by the length of the context: a line for each level. */
export function ContextChart({ lines }: { lines: readonly ContextLine[] }) {
  const words = useWords().compare;
  const all = lines.flatMap((l) => l.points);
  const ticks = niceTicks(Math.min(...all.map((p) => p.min)), Math.max(...all.map((p) => p.max)));
  const contexts = [...new Set(all.map((p) => p.contextTokens))].sort((a, b) => a - b);
  const [first, last] = [contexts[0]!, contexts.at(-1)!];
  return (
    <ResponsiveContainer width="100%" height="100%">
      <ScatterChart accessibilityLayer={false} margin={{ top: 14, right: 118, bottom: 20, left: 0 }}>
        <CartesianGrid stroke="var(--line)" vertical={false} />
        <XAxis
          type="number"
          dataKey="contextTokens"
          scale="log"
          domain={first === last ? [first / 2, last * 2] : [first, last]}
          ticks={contexts}
          tickFormatter={tokensText}
          interval="preserveStartEnd"
          height={20}
          {...axis}
        />
        <YAxis
          type="number"
          dataKey="median"
          domain={[ticks[0]!, ticks.at(-1)!]}
          ticks={ticks}
          interval={0}
          width={54}
          {...axis}
        />
        <Tooltip content={<SpeedTip />} cursor={false} isAnimationActive={false} />
        {lines.map(({ type, points }, i) => {
          const colour = colourOf(familyOf(type));
          const earlier = lines.slice(0, i).filter((l) => familyOf(l.type) === familyOf(type)).length;
          const data = points.map(
            (p): Point => ({ ...p, type, error: [p.median - p.min, p.max - p.median] }),
          );
          return (
            <Scatter
              key={type}
              data={data}
              shape={<Mark />}
              // Lines of a family differ by their dashes.
              line={{
                stroke: colour,
                strokeWidth: 2,
                strokeDasharray: ['none', '5 4', '2 3', '8 3 2 3'][earlier % 4]!,
              }}
              isAnimationActive={false}
            >
              <ErrorBar
                dataKey="error"
                direction="y"
                width={4}
                stroke={colour}
                strokeWidth={1.5}
                isAnimationActive={false}
              />
            </Scatter>
          );
        })}
        <AxisWords better={words.higher} name={words.contextAxis} />
        <Ends lines={lines} />
      </ScatterChart>
    </ResponsiveContainer>
  );
}
