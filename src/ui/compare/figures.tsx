import { useMemo } from 'react';
import { frontOf } from '../../store/results/front';
import type { ResultRow } from '../../store/results/results';
import {
  bitsSeries,
  contextSeries,
  fileBytesThatFit,
  lossSeries,
  type LossSeries,
  memoryPartsSeries,
} from '../../store/results/series';
import type { PlanRow } from '../../studio/summary';
import { megaOrGiga, nats, sizeUnit } from '../kit/units';
import { useSettings } from '../kit/use-settings';
import { useStudio } from '../kit/use-studio';
import { useWords } from '../words/use-words';
import { BitsChart, MemoryChart } from './bar-charts';
import { ChartFigure } from './chart-parts';
import { ContextChart, tokensText } from './context-chart';
import { LossChart, placed } from './loss-chart';
import { type LossScale, logTicks, lossScale, niceTicks } from './loss-scale';
import { fixed } from '../kit/numerals';

interface OfLoss {
  readonly series: LossSeries;
  readonly scale: LossScale;
  readonly quality: NonNullable<ResultRow['quality']>;
}

function SizeLoss({ series, scale, quality, plan }: OfLoss & { plan: readonly PlanRow[] }) {
  const words = useWords().compare;
  const memoryBytes = useSettings((s) => s.gpuMemoryBytes);
  const { points, front, tooClose } = series;
  const sizes = points.map((p) => p.fileBytes);
  const unit = sizeUnit(Math.max(...sizes));
  const by = unit === 'GB' ? 1e9 : 1e6;
  const domain = [Math.min(...sizes) / by / 1.15, (Math.max(...sizes) / by) * 1.12] as const;
  const fits = fileBytesThatFit(plan, memoryBytes);
  const byLoss = points.toSorted((a, b) => a.kl - b.kl).filter((p) => p.type !== quality.base);
  const told = (p: (typeof points)[number] | undefined) => (p ? `${p.type} (${nats(p.kl)})` : quality.base);
  return (
    <ChartFigure
      id="size-loss"
      title={words.sizeLoss}
      cap={words.sizeLossCap(quality.base, quality.measured.level.tokens)}
      finding={words.sizeLossLabel(points.length, told(byLoss[0]), told(byLoss.at(-1)), tooClose)}
    >
      <LossChart
        points={points.map((p) => placed(p, scale, p.fileBytes / by, null))}
        front={front}
        ties={tooClose}
        scale={scale}
        x={{ scale: 'log', domain, ticks: logTicks(...domain) }}
        words={{ better: words.lowerLeft, axis: words.fileAxis(unit) }}
        tooLarge={
          fits !== null && fits / by < domain[1]
            ? { from: Math.max(fits / by, domain[0]), text: words.doesNotFit(megaOrGiga(memoryBytes!)) }
            : null
        }
        size={megaOrGiga}
      />
    </ChartFigure>
  );
}

function SpeedLoss({ series, scale }: OfLoss) {
  const words = useWords().compare;
  const points = series.points.flatMap((p) => (p.speed ? [{ ...p, speed: p.speed }] : []));
  if (points.length === 0)
    return (
      <ChartFigure id="speed-loss" title={words.speedLoss} cap="" finding={words.noSpeed}>
        <p className="cap">{words.noSpeed}</p>
      </ChartFigure>
    );
  const ticks = niceTicks(
    Math.min(...points.map((p) => p.speed.min)),
    Math.max(...points.map((p) => p.speed.max)),
  );
  // Nothing is both faster and closer.
  const front = frontOf(points.map((p) => ({ type: p.type, kl: p.kl, fileBytes: 1 / p.speed.median })));
  const fastest = points.reduce((a, b) => (b.speed.median > a.speed.median ? b : a));
  return (
    <ChartFigure
      id="speed-loss"
      title={words.speedLoss}
      cap={words.speedLossCap}
      finding={words.speedLossLabel(fastest.type, fixed(fastest.speed.median, 1))}
    >
      <LossChart
        points={points.map((p) => placed(p, scale, p.speed.median, [p.speed.min, p.speed.max]))}
        front={front.map((f) => f.type)}
        ties={[]}
        scale={scale}
        x={{ scale: 'linear', domain: [ticks[0]!, ticks.at(-1)!], ticks }}
        words={{ better: words.lowerRight, axis: words.speedAxis }}
        size={megaOrGiga}
      />
    </ChartFigure>
  );
}

function SpeedContext({ rows }: { rows: readonly ResultRow[] }) {
  const words = useWords().compare;
  const lines = contextSeries(rows);
  const longest = Math.max(0, ...lines.flatMap((l) => l.points.map((p) => p.contextTokens)));
  return (
    <ChartFigure
      id="speed-context"
      title={words.speedContext}
      cap={words.speedContextCap}
      finding={lines.length > 0 ? words.speedContextLabel(lines.length, tokensText(longest)) : words.noSpeed}
    >
      {lines.length > 0 ? <ContextChart lines={lines} /> : <p className="cap">{words.noSpeed}</p>}
    </ChartFigure>
  );
}

function Memory({ plan }: { plan: readonly PlanRow[] }) {
  const words = useWords().compare;
  const memoryBytes = useSettings((s) => s.gpuMemoryBytes);
  const context = useStudio((s) => s.context);
  const parts = memoryPartsSeries(plan, memoryBytes);
  if (parts.length === 0) return null;
  const largest = parts.reduce((a, b) => (b.totalBytes > a.totalBytes ? b : a));
  const keys = (['weights', 'cache', 'compute'] as const).map((part) => (
    <span className="key" key={part}>
      <i className={`m-${part}`} />
      {words[part]}
    </span>
  ));
  return (
    <ChartFigure
      id="memory"
      title={words.memory}
      cap=""
      finding={words.memoryLabel(largest.type, megaOrGiga(largest.totalBytes))}
      keys={keys}
      rows={parts.length}
    >
      <MemoryChart parts={parts} memoryBytes={memoryBytes} context={tokensText(context)} />
    </ChartFigure>
  );
}

function Bits({ plan }: { plan: readonly PlanRow[] }) {
  const words = useWords().compare;
  const bits = bitsSeries(plan);
  const [most, least] = [bits.toSorted((a, b) => b.bitsPerWeight - a.bitsPerWeight)].flatMap((all) => [
    all[0],
    all.at(-1),
  ]);
  if (!most || !least) return null;
  const text = (n: number) => fixed(n, 2);
  return (
    <ChartFigure
      id="bits"
      title={words.bits}
      cap={words.bitsCap}
      finding={words.bitsLabel(most.type, text(most.bitsPerWeight), least.type, text(least.bitsPerWeight))}
      rows={bits.length}
    >
      <BitsChart bits={bits} />
    </ChartFigure>
  );
}

/** The charts of what was measured, and of what levels take. */
export function Figures({ rows }: { rows: readonly ResultRow[] }) {
  const plan = useStudio((s) => s.plan);
  const selected = useStudio((s) => s.selected);
  const shown = useMemo(() => {
    const types = rows.length > 0 ? rows.map((r) => r.type) : selected;
    return plan.filter((p) => types.includes(p.type));
  }, [rows, plan, selected]);
  const quality = rows.find((r) => r.quality)?.quality;
  const ofLoss = useMemo(() => {
    const series = lossSeries(rows, plan);
    return { series, scale: lossScale(series.points) };
  }, [rows, plan]);
  return (
    <div className="quad">
      {quality && <SizeLoss {...ofLoss} quality={quality} plan={plan} />}
      {quality && <SpeedLoss {...ofLoss} quality={quality} />}
      <SpeedContext rows={rows} />
      <Memory plan={shown} />
      <Bits plan={shown} />
    </div>
  );
}
