import { UnsupportedError } from '../../util/errors';
import { blockOf } from '../fp8/fp8';
import type { Block } from '../fp8/scaled';
import { NameList } from '../names/names';
import type { Settings } from '../parts/settings';

const FORMATS = [
  'pack-quantized',
  'int-quantized',
  'float-quantized',
  'naive-quantized',
  'nvfp4-pack-quantized',
  'mxfp4-pack-quantized',
] as const;
export type Format = (typeof FORMATS)[number];

/** The settings of a group of modules. */
export interface Scheme {
  readonly format: Format;
  readonly bits: 4 | 8;
  readonly isFloat: boolean;
  readonly isSymmetric: boolean;
  readonly strategy: 'tensor' | 'channel' | 'group' | 'block' | 'tensor_group';
  /** Inputs of a group; -1 for all. */
  readonly groupSize: number;
  readonly block: Block | undefined;
  /** Columns are of groups that weight_g_idx names. */
  readonly hasOrder: boolean;
}

/** Scheme of a module; undefined if config.json leaves it as it is, or knows no settings for it. */
export type SchemeOf = (module: string) => Scheme | undefined;

const STRATEGIES = ['tensor', 'channel', 'group', 'block', 'tensor_group'] as const;

/** Values of `actorder` that leave columns in groups of weight_g_idx; of older versions, too. */
const ORDERED: readonly unknown[] = ['group', 'dynamic', true];
const IN_ORDER: readonly unknown[] = ['weight', 'static', false, null, undefined];

function hasOrder(weights: Settings): boolean {
  const order = weights.json.actorder;
  if (!ORDERED.includes(order) && !IN_ORDER.includes(order))
    throw weights.unread('actorder', 'group or weight');
  return ORDERED.includes(order);
}

function schemeOf(group: Settings, format: string): Scheme {
  const weights = group.record('weights');
  if (!weights) throw group.wrong('weights', 'the settings of weights');
  const own = group.text('format', format);
  const known = FORMATS.find((f) => f === own);
  if (!known)
    throw group.has('format') ? group.unread('format', FORMATS.join(', ')) : unknownFormat(group, own);
  const type = weights.text('type', 'int');
  if (type !== 'int' && type !== 'float') throw weights.unread('type', 'int or float');
  const hasGroups = weights.has('group_size') && weights.json.group_size !== -1;
  const said = weights.text(
    'strategy',
    weights.has('block_structure') ? 'block' : hasGroups ? 'group' : 'tensor',
  );
  const strategy = STRATEGIES.find((s) => s === said);
  if (!strategy) throw weights.unread('strategy', STRATEGIES.join(', '));
  return {
    format: known,
    bits: weights.number('num_bits', [4, 8]),
    isFloat: type === 'float',
    isSymmetric: weights.flag('symmetric', true),
    strategy,
    groupSize: strategy === 'group' || strategy === 'tensor_group' ? weights.groupSize('group_size') : -1,
    block: strategy === 'block' ? blockOf(weights, 'block_structure') : undefined,
    hasOrder: hasOrder(weights),
  };
}

const unknownFormat = (group: Settings, format: string): UnsupportedError =>
  new UnsupportedError(
    `${group.place}: the format of compressed-tensors is "${format}", which cannot be read; expected one of ${FORMATS.join(', ')}.`,
    'Take the checkpoint that it was made from, or one that another quantizer made.',
  );

/** Names of classes, which a checkpoint does not have: those of embeddings are told by the name of the module. */
const EMBEDDINGS = ['Embedding', 'VocabParallelEmbedding'];
const LINEARS = ['Linear', 'LinearBase', 'ParallelLMHead'];
const isEmbedding = (module: string): boolean => /(^|\.)(embed_tokens|wte|word_embeddings)$/.test(module);

/** The schemes of `config_groups`: a module is of the first group that names it, else of the first that names its class. */
export function schemes(settings: Settings): SchemeOf {
  if (
    settings.record('sparsity_config')?.has('format') &&
    settings.record('sparsity_config')!.text('format', '') !== 'dense'
  )
    throw settings.record('sparsity_config')!.unread('format', 'dense');
  const format = settings.text('format', 'pack-quantized');
  const groups = settings.record('config_groups');
  if (!groups) throw settings.wrong('config_groups', 'groups of modules with their settings');
  const all = Object.keys(groups.json).map((key) => {
    const group = groups.record(key);
    if (!group) throw groups.wrong(key, 'an object');
    const targets = group.texts('targets');
    return { targets: new NameList(targets), classes: targets, scheme: schemeOf(group, format) };
  });
  const ignored = new NameList(settings.texts('ignore'));
  return (module) => {
    if (ignored.has(module)) return undefined;
    const classes = isEmbedding(module) ? EMBEDDINGS : LINEARS;
    const found =
      all.find(({ targets }) => targets.has(module)) ??
      all.find((g) => g.classes.some((target) => classes.includes(target)));
    return found?.scheme;
  };
}

/** The level in words. */
export function levelOf({ format, bits, isFloat, strategy, groupSize, block }: Scheme): string {
  if (format === 'nvfp4-pack-quantized') return 'NVFP4';
  if (format === 'mxfp4-pack-quantized') return 'MXFP4';
  const spread =
    strategy === 'group' && groupSize !== -1
      ? `group ${groupSize}`
      : strategy === 'block' && block
        ? `blocks of ${block.rows}x${block.cols}`
        : `by ${strategy === 'tensor' ? 'tensor' : 'channel'}`;
  return `${isFloat ? 'FP8 E4M3' : `INT${bits}`}, ${spread}`;
}
