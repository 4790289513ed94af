import { Bar, BarChart, CartesianGrid, Legend, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import type { TensorInspection } from '../../pipeline/inspect';

const axis = { stroke: 'var(--dim)', fontSize: 12, tick: { fill: 'var(--dim)' } };
const short = (v: number) => v.toPrecision(4);

/** Distribution of a tensor's weights before and after quantization. */
export function Histogram({ of }: { of: TensorInspection }) {
  const { low, high, before, after } = of.histogram;
  const width = (high - low) / before.length;
  const data = before.map((count, i) => ({ at: low + (i + 0.5) * width, before: count, after: after[i]! }));
  return (
    <figure aria-label="Weights by size, before and after quantizing">
      <figcaption>
        Weights of {of.sampledRows} of {of.rows} rows, by size
      </figcaption>
      <ResponsiveContainer width="100%" height={220}>
        <BarChart data={data} accessibilityLayer={false} barGap={0} barCategoryGap={0}>
          <CartesianGrid stroke="var(--line)" vertical={false} />
          <XAxis dataKey="at" tickFormatter={(v: number) => v.toPrecision(2)} {...axis} />
          <YAxis {...axis} width={56} />
          <Tooltip
            contentStyle={{
              background: 'var(--panel)',
              border: '1px solid var(--line)',
              color: 'var(--text)',
            }}
            labelFormatter={(v) => `about ${short(Number(v))}`}
          />
          <Legend itemSorter={null} />
          <Bar
            dataKey="before"
            name={`before (${of.sourceType})`}
            fill="var(--c2)"
            isAnimationActive={false}
          />
          <Bar dataKey="after" name={`after (${of.type})`} fill="var(--c3)" isAnimationActive={false} />
        </BarChart>
      </ResponsiveContainer>
    </figure>
  );
}
