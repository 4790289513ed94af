import { useRef } from 'react';
import {
  CartesianGrid,
  LabelList,
  Line,
  ComposedChart,
  ResponsiveContainer,
  Scatter,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import type { ResultRow } from '../../store/results/results';
import { savePicture } from './save-picture';
import { MIN_KL, type NameSide, nameSides, type ParetoPoint, paretoSeries } from '../../store/results/series';

const SIDES = ['left', 'top', 'right'] as const;
const axis = { stroke: 'var(--dim)', fontSize: 12, tick: { fill: 'var(--dim)' } };

function Details({ active, payload }: { active?: boolean; payload?: readonly { payload: ParetoPoint }[] }) {
  const point = active ? payload?.[0]?.payload : undefined;
  if (!point) return null;
  return (
    <div className="tip">
      <b>{point.type}</b>
      <br />
      {point.fileMiB.toFixed(2)} MiB, KL {point.kl.toPrecision(3)}
      {point.tokensPerSecond > 0 && `, ${point.tokensPerSecond.toFixed(1)} t/s`}
    </div>
  );
}

/** File size against KL divergence, a dot per level; the line is the Pareto frontier. */
export function ParetoChart({ rows }: { rows: readonly ResultRow[] }) {
  const points = paretoSeries(rows);
  const line = points.filter((p) => p.best).sort((a, b) => a.fileMiB - b.fileMiB);
  const sides = nameSides(points);
  const at = (side: NameSide, best: boolean) => points.filter((p, i) => p.best === best && sides[i] === side);
  const figure = useRef<HTMLElement>(null);
  return (
    <figure
      ref={figure}
      data-testid="pareto"
      aria-label="File size against divergence from the base, a dot a level; the numbers are in the table below"
    >
      <figcaption>Size and divergence: lower left is better</figcaption>
      <ResponsiveContainer width="100%" height={340}>
        <ComposedChart accessibilityLayer={false} margin={{ top: 16, right: 48, bottom: 16, left: 8 }}>
          <CartesianGrid stroke="var(--line)" />
          <XAxis
            type="number"
            dataKey="fileMiB"
            name="file"
            unit=" MiB"
            domain={['auto', 'auto']}
            tickFormatter={(v: number) => v.toFixed(1)}
            {...axis}
          />
          <YAxis
            type="number"
            dataKey="kl"
            name="mean KL"
            scale="log"
            domain={[MIN_KL / 2, (max: number) => 2 * max]}
            allowDataOverflow
            label={{
              value: 'mean KL (nats)',
              angle: -90,
              position: 'insideLeft',
              fill: 'var(--dim)',
              fontSize: 12,
            }}
            tickFormatter={(v: number) => v.toExponential(0)}
            width={72}
            {...axis}
          />
          <Tooltip content={<Details />} cursor={{ stroke: 'var(--line)' }} />
          <Line
            data={line}
            dataKey="kl"
            stroke="var(--c1)"
            strokeDasharray="4 4"
            dot={false}
            activeDot={false}
            isAnimationActive={false}
          />
          {SIDES.flatMap((side) => [
            <Scatter
              key={`${side} others`}
              data={at(side, false)}
              fill="var(--dim)"
              isAnimationActive={false}
            >
              <LabelList dataKey="type" position={side} fill="var(--dim)" fontSize={12} />
            </Scatter>,
            <Scatter key={`${side} best`} data={at(side, true)} fill="var(--c1)" isAnimationActive={false}>
              <LabelList dataKey="type" position={side} fill="var(--text)" fontSize={12} />
            </Scatter>,
          ])}
        </ComposedChart>
      </ResponsiveContainer>
      <button
        type="button"
        onClick={() => figure.current && void savePicture(figure.current, 'size-and-divergence.png')}
      >
        Save as PNG
      </button>
    </figure>
  );
}
