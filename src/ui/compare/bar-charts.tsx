import {
  Bar,
  BarChart,
  CartesianGrid,
  LabelList,
  ReferenceArea,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import type { MemoryParts } from '../../store/results/series';
import { familyOf } from '../kit/family';
import { megaOrGiga, sizeUnit } from '../kit/units';
import { useWords } from '../words/use-words';
import { axis, AxisWords, Tip } from './chart-parts';
import { niceTicks } from './loss-scale';
import { fixed } from '../kit/numerals';

const BAR_PX = 16;
const names = {
  type: 'category',
  dataKey: 'type',
  width: 84,
  interval: 0,
  ...axis,
  tick: { fill: 'var(--text)', fontSize: 12, fontWeight: 500 },
} as const;
const value = { fill: 'var(--text)', fontSize: 12, fontWeight: 500, position: 'right' } as const;
const margin = { top: 18, right: 48, bottom: 20, left: 0 };

function MemoryTip(props: { active?: boolean; payload?: readonly { payload: MemoryParts }[] }) {
  const words = useWords().compare;
  const found = props.active ? props.payload?.[0]?.payload : undefined;
  if (!found) return null;
  const lines = [
    `${words.weights} ${megaOrGiga(found.weightBytes)}`,
    `${words.cache} ${megaOrGiga(found.cacheBytes)}`,
    `${words.compute} ${megaOrGiga(found.computeBytes)}`,
    words.tip.total(megaOrGiga(found.totalBytes)),
  ];
  return <Tip title={found.type} lines={lines} />;
}

/** GPU memory, part by part, from zero. */
export function MemoryChart(props: {
  parts: readonly MemoryParts[];
  memoryBytes: number | null;
  /** Of the plan, as a text. */
  context: string;
}) {
  const { parts, memoryBytes } = props;
  const words = useWords().compare;
  const most = Math.max(...parts.map((p) => p.totalBytes), 1);
  const unit = sizeUnit(most);
  const by = unit === 'GB' ? 1e9 : 1e6;
  const ticks = niceTicks(0, most / by, 4);
  const end = ticks.at(-1)!;
  const limit = memoryBytes === null ? null : memoryBytes / by;
  const isShown = limit !== null && limit < end;
  const bar = { stackId: 'memory', barSize: BAR_PX, stroke: 'var(--surface)', isAnimationActive: false };
  return (
    <ResponsiveContainer width="100%" height="100%">
      <BarChart data={[...parts]} layout="vertical" accessibilityLayer={false} margin={margin}>
        <CartesianGrid stroke="var(--line)" horizontal={false} />
        <XAxis type="number" domain={[0, end]} ticks={ticks} interval={0} height={20} {...axis} />
        <YAxis {...names} />
        {isShown && <ReferenceArea x1={limit} x2={end} fill="var(--sunken)" fillOpacity={1} />}
        {isShown && (
          <ReferenceLine
            x={limit}
            stroke="var(--edge)"
            strokeDasharray="4 3"
            label={{ value: megaOrGiga(memoryBytes!), position: 'top', fill: 'var(--text-3)', fontSize: 11 }}
          />
        )}
        <Tooltip content={<MemoryTip />} cursor={{ fill: 'var(--hover)' }} isAnimationActive={false} />
        <Bar
          dataKey={(p: MemoryParts) => p.weightBytes / by}
          name="weights"
          className="m-weights"
          fill="var(--m-weights)"
          {...bar}
        />
        <Bar
          dataKey={(p: MemoryParts) => p.cacheBytes / by}
          name="cache"
          className="m-cache"
          fill="var(--m-cache)"
          {...bar}
        />
        <Bar
          dataKey={(p: MemoryParts) => p.computeBytes / by}
          name="compute"
          className="m-compute"
          fill="var(--m-compute)"
          {...bar}
        >
          <LabelList
            {...value}
            valueAccessor={({ payload }: { payload?: MemoryParts }) =>
              payload ? fixed(payload.totalBytes / by, 1) : ''
            }
          />
        </Bar>
        <AxisWords better="" name={words.memoryAxis(props.context, unit)} />
      </BarChart>
    </ResponsiveContainer>
  );
}

interface Bits {
  readonly type: string;
  readonly bitsPerWeight: number;
}

function BitsBar(props: { x?: number; y?: number; width?: number; height?: number; payload?: Bits }) {
  const { x, y, width, height, payload } = props;
  return payload ? (
    <rect className={`f-${familyOf(payload.type)}`} data-bar={payload.type} {...{ x, y, width, height }} />
  ) : null;
}
function BitsTip(props: { active?: boolean; payload?: readonly { payload: Bits }[] }) {
  const words = useWords().compare.tip;
  const found = props.active ? props.payload?.[0]?.payload : undefined;
  return found ? <Tip title={found.type} lines={[words.bits(fixed(found.bitsPerWeight, 2))]} /> : null;
}

/** Bits of the file for each weight, from zero. */
export function BitsChart({ bits }: { bits: readonly Bits[] }) {
  const words = useWords().compare;
  const ticks = niceTicks(0, Math.max(...bits.map((b) => b.bitsPerWeight), 1), 4);
  return (
    <ResponsiveContainer width="100%" height="100%">
      <BarChart data={[...bits]} layout="vertical" accessibilityLayer={false} margin={margin}>
        <CartesianGrid stroke="var(--line)" horizontal={false} />
        <XAxis type="number" domain={[0, ticks.at(-1)!]} ticks={ticks} interval={0} height={20} {...axis} />
        <YAxis {...names} />
        <Tooltip content={<BitsTip />} cursor={{ fill: 'var(--hover)' }} isAnimationActive={false} />
        <Bar dataKey="bitsPerWeight" barSize={BAR_PX} shape={<BitsBar />} isAnimationActive={false}>
          <LabelList
            {...value}
            valueAccessor={({ payload }: { payload?: Bits }) =>
              payload ? fixed(payload.bitsPerWeight, 1) : ''
            }
          />
        </Bar>
        <AxisWords better="" name={words.bitsAxis} />
      </BarChart>
    </ResponsiveContainer>
  );
}
