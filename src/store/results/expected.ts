import type { QualityRecord } from '../../evaluate/quality-records';
import type { ModelSummary } from '../../studio/summary';
import table from './expected-loss.json';

/** Loss of a level of one model, with 95 % intervals where its chunks were kept; their ends are null where they were not. */
export interface ExpectedLevel {
  /** Mean KL divergence from the model's own precision, in nats. */
  readonly kl: number;
  readonly klLow: number | null;
  readonly klHigh: number | null;
  /** Share of tokens with the same most probable token. */
  readonly sameTop: number;
  readonly sameTopLow: number | null;
  readonly sameTopHigh: number | null;
  readonly bitsPerWeight: number;
  /** An importance matrix was used, without which the level is refused. */
  readonly importance: boolean;
}

/** A model that every level was measured of, on a text it was not trained on. */
export interface ExpectedModel
  extends Pick<ModelSummary, 'name' | 'architecture' | 'parameters'>,
    Pick<QualityRecord, 'base' | 'adapter' | 'context' | 'chunks'> {
  readonly text: string;
  /** Text of the importance matrix, or the matrix. */
  readonly calibration: string;
  /** The one that measured it. */
  readonly command: string;
  /** Scored. */
  readonly tokens: number;
  /** Of the measurement: year, month, day. */
  readonly date: string;
  /** By name; levels for which the model's rows are too narrow are missing. */
  readonly levels: Readonly<Record<string, ExpectedLevel>>;
}

/** Written by bench/expected.ts. */
export interface ExpectedTable {
  readonly models: readonly ExpectedModel[];
}

/** An expectation for a level, from models that are not the one at hand. */
export interface ExpectedLoss {
  /** Median over the models; mean KL divergence in nats. */
  readonly kl: number;
  /** Smallest and largest of the models. */
  readonly klRange: readonly [number, number];
  /** Median share of tokens with the same most probable token. */
  readonly sameTop: number;
  readonly models: readonly string[];
  /** Weights of the smallest and of the largest model of the table. */
  readonly parametersRange: readonly [number, number];
  /** The model at hand has so many times the weights of the largest; null where its weights are not known. */
  readonly timesLarger: number | null;
  /** Levels measured on the model at hand by which the losses were scaled; 0 where the figures are the models' own. */
  readonly scaledBy: number;
  /** Scored tokens of all models. */
  readonly tokens: number;
  /** An importance matrix was used. */
  readonly importance: boolean;
}

export const expectedTable: ExpectedTable = table;

function median(values: readonly number[]): number {
  const all = [...values].sort((a, b) => a - b);
  const mid = Math.floor(all.length / 2);
  return all.length % 2 === 1 ? all[mid]! : (all[mid - 1]! + all[mid]!) / 2;
}
const rangeOf = (values: readonly number[]): [number, number] => [Math.min(...values), Math.max(...values)];

/** The model at hand, as far as it is known. */
export interface AtHand {
  readonly parameters: number | null;
  /** Levels that were measured on it. */
  readonly measured: readonly QualityRecord[];
  readonly table?: ExpectedTable;
}

const levelsOf = (type: string, from: ExpectedTable) =>
  from.models.flatMap((model) => {
    const level = model.levels[type];
    return level ? [{ model, level }] : [];
  });
const klOf = (type: string, from: ExpectedTable): number =>
  median(levelsOf(type, from).map((k) => k.level.kl));

/**
 * The loss to expect of a level on a model that it was not measured of: the median over the models of the table, with who
 * they are. Levels lose in much the same proportions on every model, but how much differs tenfold: as soon as other levels were
 * measured on this one, the figures are scaled by the median ratio of theirs. Null where no model was measured at this level.
 */
export function expectedLoss(
  type: string,
  { parameters, measured, table: from = table }: AtHand = { parameters: null, measured: [] },
): ExpectedLoss | null {
  const known = levelsOf(type, from);
  if (known.length === 0) return null;
  const ratios = measured.flatMap((q) => {
    const expected = q.type === q.base || levelsOf(q.type, from).length === 0 ? 0 : klOf(q.type, from);
    return expected > 0 && q.measured.kl.mean > 0 ? [q.measured.kl.mean / expected] : [];
  });
  const scale = ratios.length > 0 ? median(ratios) : 1;
  const [least, most] = rangeOf(known.map((k) => k.level.kl));
  const parametersRange = rangeOf(known.map((k) => k.model.parameters));
  const sameTop = median(known.map((k) => k.level.sameTop));
  return {
    kl: scale * klOf(type, from),
    klRange: [scale * least, scale * most],
    // Of a small change of probabilities the divergence is the square.
    sameTop: Math.max(0, 1 - (1 - sameTop) * Math.sqrt(scale)),
    models: known.map((k) => k.model.name),
    parametersRange,
    timesLarger: parameters === null ? null : parameters / parametersRange[1],
    scaledBy: ratios.length,
    tokens: known.reduce((sum, k) => sum + k.model.tokens, 0),
    importance: known.some((k) => k.level.importance),
  };
}
