import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import type { PlanRow } from '../../studio/summary';
import { sizeSeries } from '../../store/results/series';

const axis = { stroke: 'var(--dim)', fontSize: 12, tick: { fill: 'var(--dim)' } };
const ROW_PX = 22;

/** File size of every level, computed from the plan. */
export function SizeChart({ plan }: { plan: readonly PlanRow[] }) {
  const data = sizeSeries(plan);
  return (
    <figure
      data-testid="sizes"
      aria-label="File size of each level in MiB; the numbers are in the table of levels"
    >
      <figcaption>File size of each level (MiB)</figcaption>
      <ResponsiveContainer width="100%" height={ROW_PX * data.length + 40}>
        <BarChart data={data} layout="vertical" accessibilityLayer={false}>
          <CartesianGrid stroke="var(--line)" horizontal={false} />
          <XAxis type="number" {...axis} />
          <YAxis type="category" dataKey="type" width={96} interval={0} {...axis} />
          <Tooltip
            contentStyle={{
              background: 'var(--panel)',
              border: '1px solid var(--line)',
              color: 'var(--text)',
            }}
            cursor={{ fill: 'var(--hover)' }}
            formatter={(value) => (typeof value === 'number' ? value.toFixed(2) : String(value))}
          />
          <Bar dataKey="fileMiB" name="file (MiB)" fill="var(--c1)" isAnimationActive={false} />
        </BarChart>
      </ResponsiveContainer>
    </figure>
  );
}
