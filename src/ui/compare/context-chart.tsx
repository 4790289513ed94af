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
import { type Box, type Place, placeLabels, spread } from './place-labels';
import { fixed, whole } from '../kit/numerals';

export const tokensText = (n: number): string => (n >= 1024 && n % 1024 === 0 ? `${n / 1024}k` : whole(n));

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
    words.atContext(whole(found.contextTokens)),
    words.speed(fixed(median, 1), fixed(min, 1), fixed(max, 1)),
  ];
  return <Tip title={found.type} lines={lines} />;
}

const MARGIN = { top: 14, bottom: 20, left: 0 };

/**
 * Names at the ends of lines: of those that reach the longest context in a column at the right, of the others beside their ends;
 * under those that memory ended, that it did.
 */
function Ends({ lines, hasValues }: { lines: readonly ContextLine[]; hasValues: boolean }) {
  const words = useWords().compare;
  const area = usePlotArea();
  const [xOf, yOf] = [useXAxisScale(), useYAxisScale()];
  if (!area || !xOf || !yOf) return null;
  const marks = lines.map(({ type, points, endedBy }) => {
    const last = points.at(-1)!;
    const value = fixed(last.median, 1);
    const [x, y] = [xOf(last.contextTokens) ?? 0, yOf(last.median) ?? 0];
    const [width, shortWidth] = [textWidth(`${type} ${value}`), textWidth(type)];
    const isMemory = endedBy === 'memory';
    return { x, y, name: type, value, width: hasValues ? width : shortWidth, shortWidth, isMemory };
  });
  const right = area.x + area.width;
  const far = marks.filter((m) => m.x > right - 2);
  const early = marks.filter((m) => !far.includes(m));
  const heights = spread(
    far.map((m) => m.y),
    { top: area.y, bottom: area.y + area.height },
  );
  const points = lines.flatMap((l) =>
    l.points.map(
      (p): Box => ({
        x: (xOf(p.contextTokens) ?? 0) - 5,
        y: (yOf(p.median) ?? 0) - 5,
        width: 10,
        height: 10,
      }),
    ),
  );
  const isShort = !hasValues;
  const places = [
    ...far.map((_, i): Place => ({ x: right + 10, y: heights[i]!, anchor: 'start', isShort })),
    ...placeLabels(early, area, points).map((p) => ({ ...p, isShort: p.isShort || isShort })),
  ];
  const all = [...far, ...early];
  return (
    <>
      <Labels marks={all} places={places} />
      {all.map((mark, i) =>
        mark.isMemory ? (
          <text
            className="note"
            data-ends={mark.name}
            key={mark.name}
            x={places[i]!.x}
            y={places[i]!.y + 18}
            textAnchor={places[i]!.anchor}
          >
            {words.memoryEnds}
          </text>
        ) : null,
      )}
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
  const hasValues = lines.length <= 5;
  const nameOf = (l: ContextLine) => (hasValues ? `${l.type} ${fixed(l.points.at(-1)!.median, 1)}` : l.type);
  const widest = Math.max(...lines.map((l) => textWidth(nameOf(l)) + (l.endedBy === 'memory' ? 24 : 0)));
  return (
    <ResponsiveContainer width="100%" height="100%">
      <ScatterChart accessibilityLayer={false} margin={{ ...MARGIN, right: 12 + widest }}>
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
        <Ends lines={lines} hasValues={hasValues} />
      </ScatterChart>
    </ResponsiveContainer>
  );
}
