import { getNumber, getStrings } from '../files/gguf/metadata';
import type { ModelFile } from '../files/model-file';
import type { Architecture } from './arch/architecture';
import { architectureById, architectures } from './arch/registry';
import { type Hyperparameters, readHyperparameters } from './hyperparameters';

/** Whether a model can generate here, and if not, why. Inspecting, quantizing and exporting do not ask. */
export type Runnable =
  | {
      readonly ok: true;
      readonly architecture: Architecture;
      readonly h: Hyperparameters;
      readonly vocabulary: number;
    }
  | { readonly ok: false; readonly reason: string };

export function checkRunnable(model: ModelFile): Runnable {
  let h: Hyperparameters;
  try {
    h = readHyperparameters(model.label, model.metadata);
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
  const architecture = architectureById(h.architecture);
  if (!architecture) {
    const known = architectures.map((a) => a.id).join(', ');
    return {
      ok: false,
      reason: `Architecture "${h.architecture}" cannot run here yet (known: ${known}). It can still be inspected, quantized and exported.`,
    };
  }
  const shapes = new Map(model.tensors.map((t) => [t.name, t.shape]));
  const missing = architecture.tensors(h.layers).filter((name) => !shapes.has(name));
  if (missing.length > 0)
    return {
      ok: false,
      reason: `${model.label}: ${missing.length} tensors of a ${architecture.label} with ${h.layers} layers are missing: ${missing.slice(0, 3).join(', ')}${missing.length > 3 ? ', ...' : ''}.`,
    };
  const expected: Record<string, readonly number[]> = {
    'token_embd.weight': [h.width],
    'blk.0.attn_q.weight': [h.width, h.heads * h.headDim],
    'blk.0.attn_k.weight': [h.width, h.kvHeads * h.headDim],
    'blk.0.ffn_up.weight': [h.width, h.ffnWidth],
  };
  for (const [name, want] of Object.entries(expected)) {
    const have = shapes.get(name)!;
    if (want.some((n, i) => have[i] !== n))
      return {
        ok: false,
        reason: `${model.label}: ${name} has shape [${have}], but the metadata says [${want}${want.length < have.length ? ', ...' : ''}].`,
      };
  }
  const odd = [h.width, h.ffnWidth, h.headDim].find((n) => n % 4 !== 0);
  if (odd !== undefined || h.headDim > 256)
    return {
      ok: false,
      reason: `${model.label}: a dimension of ${odd ?? h.headDim} does not suit the kernels (multiples of 4, heads up to 256).`,
    };
  const rows = shapes.get('token_embd.weight')![1]!;
  const tokens =
    getStrings(model.metadata, 'tokenizer.ggml.tokens')?.length ??
    getNumber(model.metadata, `${h.architecture}.vocab_size`);
  return { ok: true, architecture, h, vocabulary: tokens ? Math.min(rows, tokens) : rows };
}
