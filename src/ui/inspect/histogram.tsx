import {
  Bar,
  CartesianGrid,
  ComposedChart,
  Line,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import type { TensorInspection } from '../../pipeline/inspect';
import { useWords } from '../words/use-words';
import { precise } from '../kit/numerals';

const axis = { stroke: 'var(--line-2)', tickLine: false, tick: { fill: 'var(--text-3)', fontSize: 11 } };
const short = (v: number) => precise(v, 4);

/** Distribution of a tensor's weights before and after quantization. */
export function Histogram({ of }: { of: TensorInspection }) {
  const words = useWords().inspect;
  const { low, high, before, after } = of.histogram;
  const width = (high - low) / before.length;
  const data = before.map((count, i) => ({ at: low + (i + 0.5) * width, before: count, after: after[i]! }));
  return (
    <figure aria-label={words.histogram}>
      <ResponsiveContainer width="100%" height={200}>
        <ComposedChart
          data={data}
          accessibilityLayer={false}
          barCategoryGap={0}
          margin={{ left: 0, right: 8, top: 8, bottom: 0 }}
        >
          <CartesianGrid stroke="var(--line)" vertical={false} />
          <XAxis dataKey="at" tickFormatter={(v: number) => precise(v, 2)} minTickGap={32} {...axis} />
          <YAxis {...axis} axisLine={false} width={48} />
          <Tooltip
            isAnimationActive={false}
            contentStyle={{
              background: 'var(--surface)',
              border: '1px solid var(--line-2)',
              borderRadius: 6,
              color: 'var(--text)',
            }}
            labelFormatter={(v) => words.about(short(Number(v)))}
          />
          <Bar dataKey="before" name={words.before} fill="var(--m-weights)" isAnimationActive={false} />
          <Line
            dataKey="after"
            name={words.after}
            stroke="var(--m-compute)"
            strokeWidth={1.5}
            dot={false}
            type="linear"
            isAnimationActive={false}
          />
        </ComposedChart>
      </ResponsiveContainer>
      <figcaption className="keys">
        <span className="key">
          <i className="m-weights" /> {words.before} ({of.sourceType})
        </span>
        <span className="key">
          <i className="m-compute thin" /> {words.after} ({of.type})
        </span>
        <span className="cap">{words.sample(of.sampledRows, of.rows)}</span>
      </figcaption>
    </figure>
  );
}
