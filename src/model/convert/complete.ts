import type { ModelFile } from '../../files/model-file';
import { FileError } from '../../util/errors';
import type { Architecture } from '../arch/architecture';
import { graphTensors } from '../graph-tensors';
import { type Hyperparameters, readHyperparameters } from '../hyperparameters';
import type { Config } from './checkpoint/config';
import { listed } from './checkpoint/weight-index';
import type { HuggingFaceSource } from './source';

const LAYER = /^blk\.\d+\./;
/** Classes with a head; the others are bodies, of embedding models say. */
const WITH_HEAD = /(ForCausalLM|LMHeadModel|ForConditionalGeneration)$/;

/** Name in the checkpoint of a tensor that it lacks: the architecture's own, which stand last in its table. */
function checkpointName(name: string, { names }: HuggingFaceSource): string | undefined {
  const [, layer, path, suffix] = /^(?:blk\.(\d+)\.)?(\w+)(\.\w+)$/.exec(name) ?? [];
  const table = layer === undefined ? names.whole : names.layer;
  const module = Object.keys(table).findLast((key) => table[key] === path);
  if (module === undefined) return undefined;
  return layer === undefined ? `${module}${suffix}` : `layer ${layer}, ${module}${suffix}`;
}

/** A model's tensors by name; a layer is expected to have what another has. */
class Names {
  readonly all: ReadonlySet<string>;
  /** Names of all layers, without `blk.N.`. */
  readonly roles: ReadonlySet<string>;

  constructor(model: Pick<ModelFile, 'tensors'>) {
    this.all = new Set(model.tensors.map((t) => t.name));
    const inLayers = [...this.all].filter((name) => LAYER.test(name));
    this.roles = new Set(inLayers.map((name) => name.replace(LAYER, '')));
  }
  /** True if the model has it, or any layer its like. */
  has(name: string): boolean {
    return LAYER.test(name) ? this.roles.has(name.replace(LAYER, '')) : this.all.has(name);
  }
}

/** True if the checkpoint should have a head of its own. */
function needsHead(source: HuggingFaceSource, config: Config): boolean {
  const tied = config.find('tie_word_embeddings') ?? source.tied ?? false;
  return tied === false && WITH_HEAD.test(config.architecture) && source.skips?.('lm_head.weight') !== true;
}

/**
 * Throws FileError unless the tensors of a converted model are those that its architecture needs: by the graph, by what
 * the architecture always has, by what its other layers have, and a head unless it is tied to the embedding. The
 * reference converter writes such a file, and llama.cpp refuses it or runs a model that was never trained.
 */
export function checkComplete(
  model: Pick<ModelFile, 'label' | 'metadata' | 'tensors'>,
  { architecture, source }: { readonly architecture: Architecture; readonly source: HuggingFaceSource },
  config: Config,
): void {
  let h: Hyperparameters;
  try {
    h = readHyperparameters(model.label, model.metadata);
  } catch {
    // checkRunnable says what is wrong with them.
    return;
  }
  const names = new Names(model);
  const fusedGate = 'mlp.gate_up_proj' in source.names.layer;
  const has = (name: string) => names.has(name) || (!fusedGate && name.endsWith('.ffn_gate.weight'));
  const graph = graphTensors(architecture, h, 1, has).filter((t) => !t.optional);
  const roles = [...names.roles, ...(architecture.always?.layer ?? [])];
  const needed = new Set([
    ...graph.map((t) => t.name),
    ...(architecture.always?.whole ?? []),
    ...(needsHead(source, config) ? ['output.weight'] : []),
    ...Array.from({ length: h.layers }, (_, i) => roles.map((role) => `blk.${i}.${role}`)).flat(),
  ]);
  const missing = [...needed].filter((name) => !names.all.has(name));
  if (missing.length === 0) return;
  const said = missing.map((name) => {
    const theirs = checkpointName(name, source);
    return theirs === undefined ? name : `${theirs} (${name})`;
  });
  throw new FileError(
    `${model.label}: a ${architecture.label} with ${h.layers} layers has tensors that the weight files lack (${missing.length}): ${listed(said)}.`,
    missing.includes('output.weight')
      ? 'The download is incomplete; or config.json should say "tie_word_embeddings": true.'
      : 'The download is incomplete, or config.json is of another model. Download the files again.',
  );
}
