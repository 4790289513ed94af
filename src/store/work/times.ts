// Times of the page's buttons, from its state. Pure.
import type { QualityRecord } from '../../evaluate/quality-records';
import type { StudioState } from '../state';
import { measureEstimate, quantizeEstimate, type Setting, type TimeEstimate } from './estimate';
import { baseOf } from './own-text';

const settingOf = ({ rates, model, memory }: StudioState): Setting => ({
  rates,
  sourceBytes: model?.sizeBytes ?? 0,
  parameters: model?.parameters ?? 0,
  onGpu: memory?.levels ?? [],
});

/** Time to quantize the chosen levels. */
export const quantizeTime = (state: StudioState): TimeEstimate =>
  quantizeEstimate(
    state.plan.filter((p) => state.selected.includes(p.type)),
    settingOf(state),
  );

/** Time to measure the chosen levels as the laboratory is set, and to put back what is on the GPU now. */
export function measureTime(state: StudioState): TimeEstimate {
  const { plan, selected, lab, model, memory } = state;
  const base = lab.base ?? baseOf(state);
  const row = plan.find((p) => p.type === base);
  return measureEstimate(
    {
      levels: plan.filter((p) => selected.includes(p.type)),
      base: row ?? { type: base, structure: base },
      quality: lab.quality && model?.hasTokenizer === true,
      speed: lab.speed,
      context: Math.min(lab.context, model?.contextLength ?? lab.context),
      budgetMs: 1000 * lab.budgetSeconds,
      // The page does not tokenize a text: a short one takes less than is said.
      availableChunks: null,
      chunks: null,
      back: plan.filter((p) => memory?.levels.includes(p.type)),
    },
    settingOf(state),
  );
}

/** Time to compare these levels again over so many chunks. */
export function moreTime(
  state: StudioState,
  types: readonly string[],
  of: QualityRecord,
  chunks: number,
): TimeEstimate {
  const { plan, memory } = state;
  const row = plan.find((p) => p.type === of.base);
  return measureEstimate(
    {
      levels: plan.filter((p) => types.includes(p.type)),
      base: row ?? { type: of.base, structure: of.base },
      quality: true,
      speed: false,
      context: of.context,
      budgetMs: 0,
      availableChunks: null,
      chunks,
      back: plan.filter((p) => memory?.levels.includes(p.type)),
    },
    settingOf(state),
  );
}
