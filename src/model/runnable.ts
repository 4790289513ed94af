import { getNumber, getString, getStrings } from '../files/gguf/metadata';
import type { ModelFile } from '../files/model-file';
import type { Architecture } from './arch/architecture';
import { architectureById, architectures } from './arch/registry';
import { graphTensors } from './graph-tensors';
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

/** The same dimensions; ggml has four of each, and those behind a shape are 1. */
const isShape = (have: readonly number[], want: readonly number[]): boolean =>
  have.length <= 4 && [0, 1, 2, 3].every((i) => (have[i] ?? 1) === (want[i] ?? 1));

const someOf = (names: readonly string[]): string =>
  `${names.slice(0, 3).join(', ')}${names.length > 3 ? ', ...' : ''}`;

/** Reason for which the tensors of a file are not those of its graph; undefined if they are. */
function misfit(
  model: ModelFile,
  architecture: Architecture,
  h: Hyperparameters,
  tokens: number,
): string | undefined {
  const shapes = new Map(model.tensors.map((t) => [t.name, t.shape]));
  const graph = graphTensors(architecture, h, tokens, (name) => shapes.has(name));
  const missing = graph.filter((t) => !t.optional && !shapes.has(t.name)).map((t) => t.name);
  if (missing.length > 0)
    return `${missing.length} tensors of a ${architecture.label} with ${h.layers} layers are missing: ${someOf(missing)}`;
  for (const { name, shape } of graph) {
    const have = shapes.get(name);
    if (have && !isShape(have, shape)) return `${name} has shape [${have}], but the metadata says [${shape}]`;
  }
  const read = new Set(graph.map((t) => t.name));
  const unread = [...shapes.keys()].filter((name) => !read.has(name));
  if (unread.length > 0)
    return `${unread.length} tensors have no place in the graph of a ${architecture.label}: ${someOf(unread)}`;
  return undefined;
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
  // First: layers of other architectures have other rules.
  const named = getString(model.metadata, 'general.architecture');
  const architecture = named === undefined ? undefined : architectureById(named);
  if (named !== undefined && !architecture)
    return no(
      `Architecture "${named}" cannot run here yet (known: ${architectures.map((a) => a.id).join(', ')}). It can still be inspected, quantized and exported.`,
    );
  let h: Hyperparameters;
  try {
    h = readHyperparameters(model.label, model.metadata);
  } catch (error) {
    return no(error instanceof Error ? error.message : String(error));
  }
  if (!architecture) return no(`${model.label}: no architecture is named.`);
  h = { ...h, ...architecture.traits.derive?.(h) };
  const rows = model.tensors.find((t) => t.name === 'token_embd.weight')?.shape[1] ?? 1;
  const vocabulary =
    getStrings(model.metadata, 'tokenizer.ggml.tokens')?.length ??
    getNumber(model.metadata, `${h.architecture}.vocab_size`) ??
    rows;
  const reason = misfit(model, architecture, h, vocabulary) ?? unsuited(h, architecture.traits.rope);
  return reason ? no(`${model.label}: ${reason}.`) : { ok: true, architecture, h, vocabulary };
}
