import { get, problemOf, run, set } from '../work/job';
import type { PlanSettings } from '../../studio/summary';

export async function planNow(): Promise<void> {
  const { context, kvType, fallbackToF16, strict, selected, runType } = get();
  const plan = await run('plan', { context, kvType, fallbackToF16, strict });
  const allowed = plan.filter((p) => p.refusal === null).map((p) => p.type);
  const kept = selected.filter((t) => allowed.includes(t));
  set({
    plan,
    selected: kept.length > 0 ? kept : allowed.slice(0, 1),
    runType: allowed.includes(runType) ? runType : (allowed[0] ?? 'F16'),
  });
}

export async function refreshPlan(): Promise<void> {
  try {
    await planNow();
  } catch (error) {
    set({ problem: problemOf(error, 'levels') });
  }
}

export async function changePlan(change: Partial<PlanSettings>): Promise<void> {
  set(change);
  await refreshPlan();
}
