import { getNumber, getStrings } from '../files/gguf/metadata';
import type { ModelFile } from '../files/model-file';
import type { Architecture } from './arch/architecture';
import { architectureById, architectures } from './arch/registry';
import { type Hyperparameters, readHyperparameters } from './hyperparameters';

/** Result of checkRunnable. Inspecting, quantizing and exporting do not require a runnable model. */
export type Runnable =
  | {
      readonly ok: true;
      readonly architecture: Architecture;
      readonly h: Hyperparameters;
      readonly vocabulary: number;
    }
  | { readonly ok: false; readonly reason: string };

/** A required tensor and its first dimensions. */
type Need = readonly [name: string, shape: readonly number[]];

function layerNeeds(
  { traits }: Architecture,
  h: Hyperparameters,
  has: (name: string) => boolean,
  i: number,
): Need[] {
  const at = (name: string, shape: readonly number[]): Need => [`blk.${i}.${name}.weight`, shape];
  const [q, kv] = [h.heads * h.headDim, h.kvHeads * h.headDim];
  const fused = has(`blk.${i}.attn_qkv.weight`);
  const attention = fused
    ? [at('attn_qkv', [h.width, q + 2 * kv])]
    : [at('attn_q', [h.width, q]), at('attn_k', [h.width, kv]), at('attn_v', [h.width, kv])];
  const norms = [
    ...(traits.norms === 'after' ? [] : ['attn_norm', ...(traits.parallel ? [] : ['ffn_norm'])]),
    ...(traits.norms === 'before' ? [] : ['post_attention_norm', 'post_ffw_norm']),
  ].map((name) => at(name, [h.width]));
  const biases =
    traits.norm === 'layer' ? norms.map(([n, s]): Need => [n.replace('.weight', '.bias'), s]) : [];
  const gateIsFused = traits.feedForward === 'gated' && !has(`blk.${i}.ffn_gate.weight`);
  const dense = [
    at('ffn_up', [h.width, gateIsFused ? 2 * h.ffnWidth : h.ffnWidth]),
    at('ffn_down', [h.ffnWidth, h.width]),
    ...(traits.feedForward === 'plain' || gateIsFused ? [] : [at('ffn_gate', [h.width, h.ffnWidth])]),
  ];
  const experts = [
    at('ffn_gate_inp', [h.width, h.experts]),
    at('ffn_gate_exps', [h.width, h.ffnWidth, h.experts]),
    at('ffn_up_exps', [h.width, h.ffnWidth, h.experts]),
    at('ffn_down_exps', [h.ffnWidth, h.width, h.experts]),
  ];
  return [
    ...attention,
    at('attn_output', [q, h.width]),
    ...norms,
    ...biases,
    ...(h.experts > 0 ? experts : dense),
  ];
}

function needs(architecture: Architecture, h: Hyperparameters, has: (name: string) => boolean): Need[] {
  const whole: Need[] = [
    ['token_embd.weight', [h.width]],
    ['output_norm.weight', [h.width]],
  ];
  if (architecture.traits.rope === 'none') whole.push(['position_embd.weight', [h.width]]);
  return [
    ...whole,
    ...Array.from({ length: h.layers }, (_, i) => layerNeeds(architecture, h, has, i)).flat(),
  ];
}

/** Reason for which the kernels do not support the dimensions; undefined if they do. */
function unsuited(h: Hyperparameters, rope: string): string | undefined {
  const odd = [h.width, h.ffnWidth, h.headDim].find((n) => n % 4 !== 0);
  if (odd !== undefined) return `a dimension of ${odd} does not suit the kernels (multiples of 4)`;
  if (h.headDim > 256) return `heads of ${h.headDim} are larger than the kernels take (256)`;
  if (rope !== 'none' && (h.rotaryDim > h.headDim || h.rotaryDim % 4 !== 0))
    return `${h.rotaryDim} of ${h.headDim} dimensions rotate, expected a multiple of 4`;
  if (h.heads % h.kvHeads !== 0) return `${h.kvHeads} key heads do not divide ${h.heads} query heads`;
  if (h.expertsUsed > 32 || h.expertsUsed > h.experts)
    return `${h.expertsUsed} of ${h.experts} experts are used, expected at most 32`;
  return undefined;
}

/** Checks that a model can run here: a known architecture, all tensors in their shapes, supported dimensions. */
export function checkRunnable(model: ModelFile): Runnable {
  const no = (reason: string): Runnable => ({ ok: false, reason });
  let h: Hyperparameters;
  try {
    h = readHyperparameters(model.label, model.metadata);
  } catch (error) {
    return no(error instanceof Error ? error.message : String(error));
  }
  const architecture = architectureById(h.architecture);
  if (!architecture)
    return no(
      `Architecture "${h.architecture}" cannot run here yet (known: ${architectures.map((a) => a.id).join(', ')}). It can still be inspected, quantized and exported.`,
    );
  h = { ...h, ...architecture.traits.derive?.(h) };
  const shapes = new Map(model.tensors.map((t) => [t.name, t.shape]));
  const needed = needs(architecture, h, (name) => shapes.has(name));
  const missing = needed.filter(([name]) => !shapes.has(name)).map(([name]) => name);
  if (missing.length > 0)
    return no(
      `${model.label}: ${missing.length} tensors of a ${architecture.label} with ${h.layers} layers are missing: ${missing.slice(0, 3).join(', ')}${missing.length > 3 ? ', ...' : ''}.`,
    );
  for (const [name, want] of needed) {
    const have = shapes.get(name)!;
    if (want.some((n, i) => have[i] !== n))
      return no(
        `${model.label}: ${name} has shape [${have}], but the metadata says [${want}${want.length < have.length ? ', ...' : ''}].`,
      );
  }
  const reason = unsuited(h, architecture.traits.rope);
  if (reason) return no(`${model.label}: ${reason}.`);
  const rows = shapes.get('token_embd.weight')![1]!;
  const tokens =
    getStrings(model.metadata, 'tokenizer.ggml.tokens')?.length ??
    getNumber(model.metadata, `${h.architecture}.vocab_size`);
  return { ok: true, architecture, h, vocabulary: tokens ? Math.min(rows, tokens) : rows };
}
