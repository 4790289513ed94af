import {
  Bar,
  BarChart,
  CartesianGrid,
  ErrorBar,
  Legend,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import type { RunRecord } from '../../studio/records';
import { memorySeries, speedSeries } from '../../store/results/series';

const axis = { stroke: 'var(--dim)', fontSize: 12, tick: { fill: 'var(--dim)' } };
/** Forces a tick label for every level. */
const slanted = { interval: 0, angle: -40, textAnchor: 'end' as const, height: 56 };
const tooltip = {
  contentStyle: { background: 'var(--panel)', border: '1px solid var(--line)', color: 'var(--text)' },
  cursor: { fill: 'var(--hover)' },
};
const label = (value: string) => ({
  value,
  angle: -90,
  position: 'insideLeft' as const,
  fill: 'var(--dim)',
  fontSize: 12,
});
const two = (value: unknown) => (typeof value === 'number' ? value.toFixed(2) : String(value));

function MemoryChart({ runs }: { runs: readonly RunRecord[] }) {
  return (
    <figure aria-label="Memory of each level, in MiB; the numbers are in the table below">
      <figcaption>Memory (MiB)</figcaption>
      <ResponsiveContainer width="100%" height={260}>
        <BarChart data={memorySeries(runs)} accessibilityLayer={false}>
          <CartesianGrid stroke="var(--line)" vertical={false} />
          <XAxis dataKey="type" {...axis} {...slanted} />
          <YAxis {...axis} label={label('MiB')} />
          <Tooltip {...tooltip} formatter={two} />
          <Legend itemSorter={null} />
          <Bar dataKey="fileMiB" name="file" fill="var(--c1)" isAnimationActive={false} />
          <Bar dataKey="residentMiB" name="resident" fill="var(--c2)" isAnimationActive={false} />
          <Bar dataKey="peakMiB" name="peak while quantizing" fill="var(--c3)" isAnimationActive={false} />
        </BarChart>
      </ResponsiveContainer>
    </figure>
  );
}

function SpeedChart({ runs, which }: { runs: readonly RunRecord[]; which: 'prompt' | 'generation' }) {
  const title = which === 'prompt' ? 'Prompt speed (tokens/s)' : 'Generation speed (tokens/s)';
  return (
    <figure
      aria-label={`${title}, median with the fastest and slowest run; the numbers are in the table below`}
    >
      <figcaption>{title}</figcaption>
      <ResponsiveContainer width="100%" height={260}>
        <BarChart data={speedSeries(runs)} accessibilityLayer={false}>
          <CartesianGrid stroke="var(--line)" vertical={false} />
          <XAxis dataKey="type" {...axis} {...slanted} />
          <YAxis {...axis} label={label('tokens/s')} />
          <Tooltip {...tooltip} formatter={two} />
          <Bar
            dataKey={which}
            name={which}
            fill={which === 'prompt' ? 'var(--c2)' : 'var(--c1)'}
            isAnimationActive={false}
          >
            <ErrorBar dataKey={`${which}Spread`} stroke="var(--text)" width={6} />
          </Bar>
        </BarChart>
      </ResponsiveContainer>
    </figure>
  );
}

export function Charts({ runs }: { runs: readonly RunRecord[] }) {
  return (
    <div className="charts">
      <MemoryChart runs={runs} />
      <SpeedChart runs={runs} which="prompt" />
      <SpeedChart runs={runs} which="generation" />
    </div>
  );
}
