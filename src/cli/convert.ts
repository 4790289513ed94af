import { OUT_TYPES, planConversion } from '../model/convert/plan-conversion';
import { writeGguf } from '../pipeline/export';
import { formatBytes } from '../util/bytes';
import { UsageError, type Values } from './arguments';
import { open, openGpu, sayPlan } from './common';
import { FileSink } from '../node/files';
import { answer, answerJson, progress } from './output';

/** Implements convert_hf_to_gguf.py FOLDER --outfile OUT.gguf --outtype T. */
export async function convert(
  path: string | undefined,
  out: string | undefined,
  values: Values,
): Promise<void> {
  const outType = OUT_TYPES.find((t) => t === (values.outtype ?? 'f16').toLowerCase());
  if (!outType)
    throw new UsageError(`--outtype is "${values.outtype}", expected one of ${OUT_TYPES.join(', ')}.`);
  if (out === undefined) throw new UsageError('OUT.gguf is missing.');
  const plan = planConversion(await open(path, values), outType);
  sayPlan(plan);
  const gpu = await openGpu(values);
  const report = await writeGguf(gpu, plan, await FileSink.create(out), { progress });
  const result = {
    out,
    type: plan.fileType.label,
    sizeBytes: report.sizeBytes,
    sha256: report.sha256,
    checkedBlocks: report.checkedBlocks,
    adapter: gpu.adapterName,
    peakGpuBytes: gpu.memory.peakBytes,
  };
  if (values.json) return answerJson(result);
  answer(`${result.sha256}  ${out}  ${formatBytes(result.sizeBytes)}`);
}
