import { shownValue } from '../../util/foreign-text';
import { merged, type ScaledAdapter } from '../../checkpoint/lora/merge';
import { dequantized } from '../../checkpoint/registry';
import type { ByteSource } from '../../files/byte-source';
import { u32Value } from '../../files/gguf/metadata';
import type { ModelFile } from '../../files/model-file';
import type { TextSandbox } from '../../text/sandbox/sandbox';
import { FileError, UnsupportedError } from '../../util/errors';
import { baseName, folderName } from '../../util/model-folder';
import type { Work } from '../../util/work';
import { architectures } from '../arch/registry';
import type { Architecture } from '../arch/architecture';
import { checkComplete } from './complete';
import { Checkpoint } from './checkpoint/checkpoint';
import type { Json } from '../../files/json';
import { Config } from './checkpoint/config';
import { placeTensors } from './checkpoint/place';
import { staysFloat32 } from './tensors/float32';
import { findCheckHash } from './vocabulary/check-hash';
import { identity } from './metadata/identity';
import { asFloat32, withoutDoubles } from './tensors/lazy';
import { MetadataWriter } from './metadata/metadata-writer';
import { ropeNotes } from './metadata/rope';
import type { HuggingFaceSource } from './source';

/** User options of a conversion. */
export interface ConvertOptions {
  /** tokenizer.ggml.pre, for unknown pre-tokenizers. */
  readonly preTokenizer?: string;
}

function chooseSource(config: Config): { architecture: Architecture; source: HuggingFaceSource } {
  for (const architecture of architectures)
    for (const source of architecture.huggingFace)
      if (source.classes.includes(config.architecture)) return { architecture, source };
  const known = architectures.flatMap((a) => a.huggingFace.flatMap((s) => s.classes));
  throw new UnsupportedError(
    `${config.label}: config.json says architecture "${config.architecture || shownValue(config.json.model_type ?? 'missing')}", which cannot be converted yet (known: ${known.join(', ')}).`,
    'A GGUF of any architecture can be inspected, quantized and exported.',
  );
}

/**
 * Reads a Hugging Face folder as the GGUF of convert_hf_to_gguf.py, with lazy tensors; matrices keep their stored type.
 * Throws FileError or UnsupportedError.
 */
export async function readFolder(
  files: readonly ByteSource[],
  label: string,
  options: ConvertOptions = {},
  work: Pick<Work, 'signal'> & {
    readonly sandbox?: TextSandbox | undefined;
    readonly adapters?: readonly ScaledAdapter[] | undefined;
  } = {},
): Promise<ModelFile> {
  const checkpoint = new Checkpoint(files, label);
  const config = new Config(await checkpoint.config(), label);
  const { architecture, source } = chooseSource(config);
  const out = new MetadataWriter(architecture.id);
  const { adapters = [] } = work;
  const stored = await checkpoint.weights();
  const weights = await dequantized(stored.tensors.map(withoutDoubles), {
    label,
    config: config.json,
    json: (name) => checkpoint.json(name),
  });
  const tensors = [
    ...(source.extra?.(config, out) ?? []),
    ...placeTensors(merged(weights.tensors, adapters), source, config, architecture.label),
  ].map((t) => (staysFloat32(t) ? asFloat32(t) : t));
  const embedding = tensors.find((t) => t.name === 'token_embd.weight');
  const rows = embedding?.shape[1] ?? 0;
  if (embedding && (config.vocabularySize ?? 0) > rows)
    throw new FileError(
      `${label}: config.json says ${config.vocabularySize} tokens, but the embedding has ${rows} rows.`,
      'config.json and the weights do not fit together.',
    );
  const folder = folderName(checkpoint.find('config.json')!.name) ?? label;
  identity(
    out,
    {
      folder,
      config: config.root,
      generationConfig: await checkpoint.json('generation_config.json').catch(() => undefined),
      card: await checkpoint.text('README.md'),
    },
    tensors,
  );
  source.parameters(config, out);
  checkComplete({ label, metadata: out.entries, tensors }, { architecture, source }, config);
  out.u32('general.quantization_version', 2);
  const notes = ropeNotes(config, out, tensors);
  for (const { adapter, scale } of adapters)
    notes.push(
      `${adapter.label} is merged into ${adapter.changes.size} tensors in float32${scale === 1 ? '' : `, ${scale} times as strong as it was trained`}.`,
    );
  notes.push(...(await vocabulary(checkpoint, { config, rows }, source, options, out, work)));
  const matrix = tensors.find((t) => t.shape.length > 1)?.type.label;
  out.set('general.file_type', u32Value(matrix === 'F16' ? 1 : matrix === 'BF16' ? 32 : 0));
  return {
    label,
    container: stored.container,
    metadata: out.entries,
    tensors,
    sizeBytes: stored.sizeBytes,
    notes,
    ...(weights.level === undefined ? {} : { quantizedAs: weights.level }),
  };
}

async function vocabulary(
  checkpoint: Checkpoint,
  { config, rows }: { readonly config: Config; readonly rows: number },
  source: HuggingFaceSource,
  options: ConvertOptions,
  out: MetadataWriter,
  work: Parameters<typeof readFolder>[3],
): Promise<string[]> {
  const tokenizerJson = await checkpoint.json('tokenizer.json');
  const tokenizerModel = await checkpoint.bytes('tokenizer.model');
  if (!tokenizerJson && !tokenizerModel) {
    const tokenizers = checkpoint.files
      .map((f) => baseName(f.name))
      .filter((n) => /vocab|tekken|token/.test(n));
    const seen = tokenizers.length > 0 ? ` (there is ${tokenizers.join(', ')})` : '';
    return [
      `There is no tokenizer.json or tokenizer.model${seen}: the model can be quantized, not prompted.`,
    ];
  }
  const tokenizerConfig = await checkpoint.json('tokenizer_config.json');
  const templates = await chatTemplates(checkpoint, tokenizerConfig);
  const notes = source.vocabulary(
    {
      config,
      rows,
      tokenizerJson,
      checkHash: await findCheckHash(checkpoint, tokenizerJson, options, work),
      tokenizerModel,
      tokenizerConfig,
      addedTokens: await checkpoint.json('added_tokens.json'),
      chatTemplate: templates.template,
      preTokenizer: options.preTokenizer,
      preferredPre: source.preTokenizer,
    },
    out,
  );
  return [...notes, ...templates.notes];
}

/**
 * The chat template, one or several by name: tokenizer_config.json's, else chat_template.jinja's with those of
 * additional_chat_templates, else chat_template.json's. Source of the order: gguf-py, vocab.py, SpecialVocab.
 */
async function chatTemplates(
  checkpoint: Checkpoint,
  tokenizerConfig: Json | undefined,
): Promise<{ template: unknown; notes: string[] }> {
  const file = checkpoint.find('chat_template.jinja');
  const main = file && (await checkpoint.template(file));
  const more = checkpoint.chatTemplates.length;
  const unused = (what: string, why: string) => [`${what} is not used: ${why}.`];
  // An empty tokenizer_config.json counts as none.
  if (!tokenizerConfig || Object.keys(tokenizerConfig).length === 0)
    return {
      template: undefined,
      notes: main === undefined ? [] : unused('chat_template.jinja', 'there is no tokenizer_config.json'),
    };
  if ('chat_template' in tokenizerConfig)
    return {
      template: tokenizerConfig.chat_template,
      notes:
        main === undefined || main === tokenizerConfig.chat_template
          ? []
          : unused('chat_template.jinja', 'tokenizer_config.json has a chat template'),
    };
  if (main === undefined)
    return {
      template: (await checkpoint.json('chat_template.json'))?.chat_template,
      notes: more > 0 ? unused('additional_chat_templates', 'there is no chat_template.jinja') : [],
    };
  if (more === 0) return { template: main, notes: [] };
  const named = await checkpoint.additionalTemplates();
  return { template: [{ name: 'default', template: main }, ...named], notes: [] };
}
