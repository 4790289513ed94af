import { planQuantization } from '../model/plan';
import { assertAllowed, writeSplit } from '../pipeline/export';
import { formatBytes } from '../util/bytes';
import { splitBytes, typeOption, UsageError, type Values } from './arguments';
import { open, openGpu, sayPlan } from './common';
import { FileSink } from '../node/files';
import { answer, answerJson, progress } from './output';
import { planOptions } from './plan-options';

export async function quantize(
  path: string | undefined,
  type: string | undefined,
  out: string | undefined,
  values: Values,
): Promise<void> {
  const fileType = typeOption(type);
  const dryRun = values['dry-run'] === true;
  if (out === undefined && !dryRun) throw new UsageError('OUT.gguf is missing.');
  const model = await open(path, values);
  const plan = planQuantization(model, fileType, await planOptions(values));
  if (!dryRun) assertAllowed(plan);
  sayPlan(plan);
  if (dryRun || out === undefined) {
    const facts = {
      type: fileType.label,
      fileBytes: plan.fileBytes,
      bitsPerWeight: plan.bitsPerWeight,
      refusal: plan.refusal,
      fallbacks: plan.fallbacks,
      notes: plan.notes,
      tensors: plan.tensors.map((t) => ({ name: t.name, type: t.type.label, sizeBytes: t.sizeBytes })),
    };
    if (values.json) return answerJson(facts);
    for (const t of facts.tensors) answer(`${t.type.padEnd(8)} ${t.name}`);
    if (facts.refusal) answer(`refused: ${facts.refusal}`);
    return answer(`${formatBytes(facts.fileBytes)}, ${facts.bitsPerWeight.toFixed(2)} bits per weight`);
  }
  const gpu = await openGpu(values);
  const split = { name: out, maxBytes: splitBytes(values), sinkOf: (name: string) => FileSink.create(name) };
  for (const report of await writeSplit(gpu, plan, split, { progress })) {
    const result = {
      out: report.name,
      type: fileType.label,
      sizeBytes: report.sizeBytes,
      sha256: report.sha256,
      bitsPerWeight: plan.bitsPerWeight,
      checkedBlocks: report.checkedBlocks,
      adapter: gpu.adapterName,
      peakGpuBytes: gpu.memory.peakBytes,
      errors: report.errors,
    };
    if (values.json) answerJson(result);
    else answer(`${result.sha256}  ${report.name}  ${formatBytes(result.sizeBytes)}`);
  }
}
