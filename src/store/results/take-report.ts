import { get, problemOf, set } from '../work/job';
import { parseReport, type Report } from './report';

/** The current results as a JSON file. */
export function saveReport(): Blob {
  const { model, runs, qualities } = get();
  const report: Report = {
    format: 'nibble-report',
    version: 1,
    model: model?.name ?? '',
    fingerprint: model?.fingerprint ?? '',
    browser: navigator.userAgent,
    savedMs: Date.now(),
    runs,
    qualities,
  };
  return new Blob([JSON.stringify(report, null, 1)], { type: 'application/json' });
}

/** Loads a report for comparison. An invalid file sets `problem` and keeps the previous report. */
export async function takeReport(label: string, file: Blob): Promise<void> {
  try {
    set({ report: parseReport(label, await file.text()), problem: null });
  } catch (error) {
    set({ problem: problemOf(error, 'compare') });
  }
}
