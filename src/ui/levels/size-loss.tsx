import {
  CartesianGrid,
  ReferenceArea,
  ReferenceLine,
  ResponsiveContainer,
  Scatter,
  ScatterChart,
  XAxis,
  YAxis,
} from 'recharts';
import { SAFE_KL } from '../../store/results/advice';
import type { Candidate } from '../../store/results/advice-types';
import { frontOf } from '../../store/results/front';
import { familyOf, shapes } from '../kit/family';
import { megaOrGiga, nats } from '../kit/units';
import { numeral } from '../kit/numerals';
import { useWords } from '../words/use-words';
import { klOf } from './kl-of';

interface Point {
  readonly type: string;
  readonly fileBytes: number;
  readonly kl: number;
  readonly isMeasured: boolean;
}
const MIN_KL = 0.0005;
const TICKS = [0.001, 0.01, 0.1, 1];

function Mark(props: { cx?: number; cy?: number; payload?: Point; at: string | null }) {
  const { cx = 0, cy = 0, payload, at } = props;
  if (!payload) return null;
  const scale = payload.type === at ? 1.25 : payload.isMeasured ? 0.9 : 0.7;
  return (
    <path
      className={`f-${familyOf(payload.type)}`}
      fillRule="evenodd"
      opacity={payload.isMeasured || payload.type === at ? 1 : 0.75}
      transform={`translate(${cx} ${cy}) scale(${scale})`}
      d={shapes[familyOf(payload.type)]}
    />
  );
}

/** File size against loss, a mark a level; the size's slider stands on the same axis. */
export function SizeLoss(props: {
  candidates: readonly Candidate[];
  at: string | null;
  /** Smallest and largest size of the axis, in bytes. */
  range: readonly [number, number];
  memoryBytes: number | null;
}) {
  const { candidates, at, range, memoryBytes } = props;
  const words = useWords().choose;
  const points: Point[] = candidates.map((c) => ({
    type: c.type,
    fileBytes: c.fileBytes,
    kl: Math.max(MIN_KL, klOf(c)!),
    isMeasured: c.measured !== null,
  }));
  const front = frontOf(points);
  const level = points.find((p) => p.type === at);
  const tooLarge =
    memoryBytes === null
      ? []
      : candidates
          .filter((c) => c.memoryBytes !== null && c.memoryBytes > memoryBytes)
          .map((c) => c.fileBytes);
  const maxKl = Math.max(1, ...points.map((p) => p.kl)) * 1.6;
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((t) => range[0] * (range[1] / range[0]) ** t);
  const tick = { fill: 'var(--text-3)', fontSize: 11 };
  return (
    <figure className="chart" role="img" aria-label={words.chart(points.length)}>
      <ResponsiveContainer width="100%" height="100%">
        <ScatterChart accessibilityLayer={false} margin={{ top: 8, right: 14, bottom: 0, left: 0 }}>
          <CartesianGrid stroke="var(--line)" vertical={false} />
          <XAxis
            type="number"
            dataKey="fileBytes"
            scale="log"
            domain={[range[0], range[1]]}
            ticks={ticks.slice(1, -1)}
            tickFormatter={(v: number) => megaOrGiga(v)}
            tick={tick}
            tickLine={false}
            axisLine={false}
            height={20}
          />
          <YAxis
            type="number"
            dataKey="kl"
            scale="log"
            domain={[MIN_KL / 1.6, maxKl]}
            ticks={TICKS}
            tickFormatter={(v: number) => numeral(String(v))}
            tick={tick}
            tickLine={false}
            axisLine={false}
            width={54}
          />
          {tooLarge.length > 0 && (
            <ReferenceArea x1={Math.min(...tooLarge)} x2={range[1]} fill="var(--sunken)" fillOpacity={1} />
          )}
          <ReferenceLine
            y={SAFE_KL}
            stroke="var(--edge)"
            strokeDasharray="4 3"
            label={{
              value: words.safeLine,
              position: 'insideBottomLeft',
              fill: 'var(--text-2)',
              fontSize: 11,
            }}
          />
          {level && (
            <ReferenceLine
              x={level.fileBytes}
              stroke="var(--accent)"
              label={{
                value: words.point(level.type, nats(level.kl), level.isMeasured),
                position: 'insideTopLeft',
                fill: 'var(--text)',
                fontSize: 12,
                fontWeight: 500,
              }}
            />
          )}
          <Scatter
            data={front}
            line={{ stroke: 'var(--edge)', strokeDasharray: '2 3' }}
            shape={() => null}
            isAnimationActive={false}
          />
          <Scatter data={points} shape={<Mark at={at} />} isAnimationActive={false} />
        </ScatterChart>
      </ResponsiveContainer>
    </figure>
  );
}
