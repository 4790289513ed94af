// tokenizer.ggml.*_token_id, add_*_token and the chat template. Source: gguf-py, vocab.py, SpecialVocab.
import { shownValue } from '../../../util/foreign-text';
import { isRecord, type Json } from '../../../files/json';
import type { MetadataWriter } from '../metadata/metadata-writer';

export interface SpecialFiles {
  /** config.json as it is. */
  readonly config: Json;
  readonly tokenizerJson: Json | undefined;
  readonly tokenizerConfig: Json | undefined;
  /** A chat template, or a list of several with their names. */
  readonly chatTemplate: unknown;
}

const KEYS: Readonly<Record<string, string>> = {
  bos: 'bos',
  eos: 'eos',
  unk: 'unknown',
  sep: 'seperator',
  pad: 'padding',
  cls: 'cls',
  mask: 'mask',
  eot: 'eot',
  eom: 'eom',
};
/** Kinds that have an add_*_token key. */
const ADDABLE = ['bos', 'eos', 'sep'];

const contentOf = (entry: unknown): string | undefined => {
  const content = isRecord(entry) ? entry.content : entry;
  return typeof content === 'string' ? content : undefined;
};

type Template = readonly Json[];

/** add_*_token flags from the post-processor; corrects the token names in `config` by it. */
class Processing {
  readonly add = new Map<string, boolean>();
  readonly kinds = ['bos', 'eos', 'unk', 'sep', 'pad', 'cls', 'mask'];
  readonly config: Json | undefined;
  #bos: string | undefined;
  #cls: string | undefined;
  #eos: string | undefined;
  #sep: string | undefined;

  constructor(files: SpecialFiles) {
    this.config = files.tokenizerConfig ? { ...files.tokenizerConfig } : undefined;
    const token = (kind: string) => contentOf(this.config?.[`${kind}_token`]);
    [this.#bos, this.#cls, this.#eos, this.#sep] = [token('bos'), token('cls'), token('eos'), token('sep')];
    if (!this.#bos && this.#cls) this.#set('bos', (this.#bos = this.#cls));
    if (!this.#eos && this.#sep) this.#set('eos', (this.#eos = this.#sep));
    const post = files.tokenizerJson?.post_processor;
    if (!isRecord(post)) return;
    for (const step of Array.isArray(post.processors) ? (post.processors as unknown[]) : [post]) {
      if (!isRecord(step)) continue;
      if (step.type === 'RobertaProcessing') for (const kind of ADDABLE) this.add.set(kind, true);
      else if (step.type === 'TemplateProcessing') this.#template(step);
    }
  }

  #set(kind: string, value: string): void {
    if (this.config) this.config[`${kind}_token`] = value;
  }

  #template(step: Json): void {
    const single = (Array.isArray(step.single) ? step.single : []) as Template;
    const pair = (Array.isArray(step.pair) ? step.pair : []) as Template;
    const special = (item: Json | undefined) =>
      isRecord(item?.SpecialToken) ? (item.SpecialToken.id as string | undefined) : undefined;
    let first: string | undefined;
    let last: string | undefined;
    if (single.length > 1) {
      first = special(single[0]);
      if (first) this.#first(first);
      last = special(single.at(-1));
      if (last) this.#last(last);
    }
    if (pair.length === 0) return;
    const from = first && special(pair[0]) === first ? 1 : 0;
    const to = last && special(pair.at(-1)) === last ? -1 : undefined;
    const inner = pair.slice(from, to);
    const sequence = (item: Json | undefined) => (isRecord(item?.Sequence) ? item.Sequence.id : undefined);
    const between = inner.slice(1, -1);
    if (sequence(inner[0]) !== 'A' || sequence(inner.at(-1)) !== 'B' || between.length === 0) return;
    const separates = (item: Json | undefined) => {
      const id = special(item);
      return id !== undefined && (id === this.#sep || id === this.#eos);
    };
    const adds = (separates(between[0]) && !last) || (between.length === 2 && separates(between[1]));
    this.add.set('sep', adds);
    if (adds && !this.#sep && this.#eos) this.#set('sep', this.#eos);
  }

  #first(id: string): void {
    if (!this.config) this.#bos = id;
    else if (id !== this.#bos && id !== this.#cls) {
      if (!this.#bos) this.#set('bos', (this.#bos = id));
      if (!this.#cls) this.#set('cls', (this.#cls = id));
    }
    this.add.set('bos', id === this.#bos || id === this.#cls);
  }

  #last(id: string): void {
    if (!this.config) this.#eos = id;
    else if (id !== this.#eos) {
      const spare = ['eot', 'eom'].find((kind) => !this.kinds.includes(kind));
      if (spare) {
        this.kinds.push(spare);
        if (this.#eos) this.#set(spare, this.#eos);
      }
      this.#set('eos', (this.#eos = id));
    }
    this.add.set('eos', id === this.#eos);
  }
}

/** BPE merges of a tokenizer.json as lines. Spaces within a part are in GPT-2's byte alphabet. */
export function mergesOf(tokenizerJson: Json | undefined): string[] {
  const model = tokenizerJson?.model;
  const merges = isRecord(model) && Array.isArray(model.merges) ? (model.merges as unknown[]) : [];
  return merges.map((merge) =>
    Array.isArray(merge)
      ? merge.map((part) => shownValue(part).replaceAll(' ', '\u0120')).join(' ')
      : shownValue(merge),
  );
}

/** Writes the special tokens. Ids of `size` and above are ignored; undefined is no limit. */
export function specialTokens(files: SpecialFiles, out: MetadataWriter, size?: number): void {
  const processing = new Processing(files);
  const ids = new Map<string, number>();
  const setId = (kind: string, id: unknown): void => {
    if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || ids.has(kind)) return;
    if (size === undefined || id < size) ids.set(kind, id);
  };
  const { config } = processing;
  if (config) {
    const added = Array.isArray(files.tokenizerJson?.added_tokens) ? files.tokenizerJson.added_tokens : [];
    for (const kind of processing.kinds) {
      const add = config[`add_${kind}_token`];
      if (typeof add === 'boolean') processing.add.set(kind, add);
      const content = contentOf(config[`${kind}_token`]);
      if (content === undefined) continue;
      const token = (added as unknown[]).find((t) => isRecord(t) && t.content === content);
      setId(kind, isRecord(token) ? token.id : undefined);
    }
  }
  const text = isRecord(files.config.text_config) ? files.config.text_config : {};
  for (const kind of processing.kinds)
    setId(kind, files.config[`${kind}_token_id`] ?? text[`${kind}_token_id`]);
  for (const [kind, id] of ids) out.u32(`tokenizer.ggml.${KEYS[kind]}_token_id`, id);
  for (const [kind, add] of processing.add)
    if (ADDABLE.includes(kind)) out.bool(`tokenizer.ggml.add_${kind}_token`, add);
  chatTemplate(files.chatTemplate, out);
}

/** Writes one chat template, or several by name. */
function chatTemplate(template: unknown, out: MetadataWriter): void {
  if (!Array.isArray(template)) {
    if (typeof template === 'string') out.string('tokenizer.chat_template', template);
    return;
  }
  const names = new Set<string>();
  let standard: string | undefined;
  for (const choice of template as unknown[]) {
    if (!isRecord(choice) || typeof choice.template !== 'string') continue;
    const name = shownValue(choice.name ?? '').replace(/[^a-zA-Z0-9]/g, '_');
    if (name === 'default') standard = choice.template;
    else if (name !== '') {
      names.add(name);
      out.string(`tokenizer.chat_template.${name}`, choice.template);
    }
  }
  if (names.size > 0) out.strings('tokenizer.chat_templates', [...names]);
  out.string('tokenizer.chat_template', standard);
}
