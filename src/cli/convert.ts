import { type Kept, planKept } from '../model/convert/keep/plan-kept';
import { OUT_TYPES, planConversion } from '../model/convert/plan-conversion';
import type { Plan } from '../model/plan';
import { writeGguf } from '../pipeline/export';
import { formatBytes } from '../util/bytes';
import { UsageError, type Values } from './arguments';
import { open, openGpu, sayPlan } from './common';
import { FileSink } from '../node/files';
import { answer, answerJson, progress, say } from './output';

/** Keeps what others quantized as it is, where GGUF has blocks for it. */
const KEEP = 'keep';

/** Says what becomes of each matrix: vectors are float32 always, which loses nothing. */
function sayKept(kept: readonly Kept[]): void {
  for (const { name, type, cost, why } of kept)
    say(`${name}: ${type}, ${cost}${why === undefined ? '' : ` (${why})`}`);
  const rounded = kept.filter((k) => k.cost !== 'lossless').length;
  say(`${kept.length - rounded} of ${kept.length} tensors are lossless, ${rounded} are rounded once`);
}

/** Implements convert_hf_to_gguf.py FOLDER --outfile OUT.gguf --outtype T. */
export async function convert(
  path: string | undefined,
  out: string | undefined,
  values: Values,
): Promise<void> {
  const wanted = (values.outtype ?? 'f16').toLowerCase();
  const outType = OUT_TYPES.find((t) => t === wanted);
  if (!outType && wanted !== KEEP)
    throw new UsageError(
      `--outtype is "${values.outtype}", expected one of ${[...OUT_TYPES, KEEP].join(', ')}.`,
    );
  if (out === undefined) throw new UsageError('OUT.gguf is missing.');
  const model = await open(path, values);
  const kept = outType ? undefined : await planKept(model);
  if (kept) sayKept(kept.kept);
  const plan: Plan = kept ?? planConversion(model, outType!);
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
    ...(kept ? { tensors: kept.kept } : {}),
  };
  if (values.json) return answerJson(result);
  answer(`${result.sha256}  ${out}  ${formatBytes(result.sizeBytes)}`);
}
