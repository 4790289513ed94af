import { ggufHeader } from '../files/gguf/write';
import type { Plan } from '../model/plan';
import { ResumableSha256 } from '../util/sha256';
import type { ImatrixSummary } from './records';
import type { PlanSettings } from './summary';

/** All that the bytes of an export come from. With the same, every level gives the same bytes. */
export interface ExportBase extends Pick<PlanSettings, 'fallbackToF16' | 'strict'> {
  /** Of the model. */
  readonly fingerprint: string;
  /** The model's name in messages. */
  readonly label: string;
  readonly importance: ImatrixSummary | null;
}

/** A file that an export is to write. */
export interface PlannedFile {
  /** Name of the level. */
  readonly type: string;
  readonly fileBytes: number;
  /** Of the file's header: metadata, and each tensor's name, shape, type and place. */
  readonly headerSha256: string;
  /** The recipe of a mix; null for a level of llama-quantize's. */
  readonly recipe: string | null;
}

export function plannedFile(type: string, plan: Plan, recipe: string | null): PlannedFile {
  const hash = new ResumableSha256();
  hash.update(ggufHeader(plan.metadata, plan.tensors));
  return { type, fileBytes: plan.fileBytes, headerSha256: hash.hex(), recipe };
}
