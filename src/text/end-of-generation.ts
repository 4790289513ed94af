import { getNumber, getString, type Metadata } from '../files/gguf/metadata';
import { TokenType, type Vocabulary } from './vocabulary';

/** Tokens that are taken for one of llama.cpp's special tokens when the metadata names none. */
const NAMES: Readonly<Record<'eot' | 'eom' | 'fim_pad' | 'fim_rep' | 'fim_sep', readonly string[]>> = {
  eot: [
    '<|eot_id|>',
    '<|im_end|>',
    '<|end|>',
    '<end_of_turn>',
    '<|endoftext|>',
    '<|end_of_text|>',
    '<EOT>',
    '_<EOT>',
    '[EOT]',
    '<\uff5cend\u2581of\u2581sentence\uff5c>',
    '<end_of_utterance>',
  ],
  eom: ['<|eom_id|>'],
  fim_pad: ['<|fim_pad|>', '<fim-pad>', '<fim_pad>', '<PAD>', '[PAD]'],
  fim_rep: ['<|fim_repo|>', '<|repo_name|>', '<fim-repo>', '<REPO>', '<reponame>'],
  fim_sep: ['<|file_sep|>'],
};

/** Prefix, suffix and middle of fill-in-the-middle end nothing, but are control tokens whatever the file says. */
const FIM: readonly (readonly [keys: readonly string[], names: readonly string[]])[] = [
  [
    ['fim_pre', 'prefix'],
    [
      '<|fim_prefix|>',
      '<fim-prefix>',
      '<fim_prefix>',
      '<\uff5cfim\u2581begin\uff5c>',
      '<PRE>',
      '\u2581<PRE>',
      '<|code_prefix|>',
      '<|prefix|>',
    ],
  ],
  [
    ['fim_suf', 'suffix'],
    [
      '<|fim_suffix|>',
      '<fim-suffix>',
      '<fim_suffix>',
      '<\uff5cfim\u2581hole\uff5c>',
      '<SUF>',
      '\u2581<SUF>',
      '<|code_suffix|>',
      '<|suffix|>',
    ],
  ],
  [
    ['fim_mid', 'middle'],
    [
      '<|fim_middle|>',
      '<fim-middle>',
      '<fim_middle>',
      '<\uff5cfim\u2581end\uff5c>',
      '<MID>',
      '\u2581<MID>',
      '<|code_middle|>',
      '<|middle|>',
    ],
  ],
];

/** Tokens that end a turn in any vocabulary. */
const ENDS = [
  '<|eot_id|>',
  '<|im_end|>',
  '<|end|>',
  '<|return|>',
  '<|call|>',
  '<|flush|>',
  '<|calls|>',
  '<end_of_turn>',
  '<|endoftext|>',
  '</s>',
  '<|eom_id|>',
  '<EOT>',
  '_<EOT>',
  '[EOT]',
  '[EOS]',
  '<|end_of_text|>',
  '<end_of_utterance>',
  '<eos>',
  '<turn|>',
  '<|tool_response>',
  '<\uff5cend\u2581of\u2581sentence\uff5c>',
  '[e~[',
];

/** Marks of the harmony format: they name the channel that a text belongs to, and llama.cpp always prints them. */
const HARMONY = ['<|channel|>', '<|message|>', '<|start|>', '<|constrain|>'];

/** BOS and EOS where the metadata names none, by tokenizer model. */
const DEFAULTS: Readonly<Record<string, { readonly bos?: number; readonly eos?: number }>> = {
  llama: { bos: 1, eos: 2 },
  gpt2: { bos: 11, eos: 11 },
  bert: { bos: 101 },
};

/** Pre-tokenizers whose vocabularies have no BOS unless the metadata names one. */
const WITHOUT_BOS = ['glm4', 'chatglm-bpe'];

/** BOS, EOS, EOT, ... of the metadata; for BOS and EOS also what llama.cpp assumes. Ids beyond the vocabulary are none. */
export function specialId(metadata: Metadata, size: number, kind: string): number | undefined {
  const inside = (id: number | undefined) => (id !== undefined && id >= 0 && id < size ? id : undefined);
  const named = inside(getNumber(metadata, `tokenizer.ggml.${kind}_token_id`));
  if (named !== undefined || (kind !== 'bos' && kind !== 'eos')) return named;
  const { [kind]: usual } = DEFAULTS[getString(metadata, 'tokenizer.ggml.model') ?? ''] ?? {};
  const none = kind === 'bos' && WITHOUT_BOS.includes(getString(metadata, 'tokenizer.ggml.pre') ?? '');
  return none ? undefined : inside(usual);
}

export interface TurnEnds {
  /** Token types as llama.cpp corrects them: what ends a turn is CONTROL, whatever the file says. */
  readonly types: readonly number[];
  /** Ids that end generation, in ascending order. */
  readonly stops: readonly number[];
  /** Ids of the harmony format's marks, which are USER_DEFINED here, and yet no text that a person may write. */
  readonly marks: readonly number[];
}

/**
 * The end-of-generation set. Where several tokens could be the one that the metadata does not name, llama.cpp takes any;
 * here it is the one with the lowest id. Source: llama-vocab.cpp, special_eog_ids.
 */
export function turnEnds(metadata: Metadata, v: Vocabulary): TurnEnds {
  const types = [...v.types];
  const ends = new Set<number>();
  const control = (id: number): void => {
    types[id] = TokenType.CONTROL;
  };
  const idsOf = (names: readonly string[]): number[] =>
    names
      .map((name) => v.ids.get(name))
      .filter((id) => id !== undefined)
      .sort((a, b) => a - b);
  /** The id that the metadata names, or else the first of the names, which is a control token from now on. */
  const find = (keys: readonly string[], names: readonly string[]): number | undefined => {
    for (const key of keys) {
      const named = specialId(metadata, v.tokens.length, key);
      if (named !== undefined) return named;
    }
    const [first] = idsOf(names);
    if (first !== undefined) control(first);
    return first;
  };
  for (const [keys, names] of FIM) find(keys, names);
  for (const [key, names] of Object.entries(NAMES)) {
    const id = find([key], names);
    if (id !== undefined) ends.add(id);
  }
  for (const id of idsOf(ENDS)) {
    ends.add(id);
    control(id);
  }
  const marks = idsOf(HARMONY);
  for (const id of marks) types[id] = TokenType.USER_DEFINED;
  const eos = specialId(metadata, v.tokens.length, 'eos');
  if (eos !== undefined) ends.add(eos);
  const ending = (text: string): number | undefined => {
    const id = v.ids.get(text);
    return id !== undefined && ends.has(id) ? id : undefined;
  };
  const has = (...texts: string[]): boolean => texts.some((text) => ending(text) !== undefined);
  // In the harmony format <|end|> ends a message, not the turn.
  const end = ending('<|end|>');
  if (end !== undefined && has('<|call|>', '<|calls|>') && has('<|return|>', '<|flush|>')) {
    ends.delete(end);
    types[end] = TokenType.USER_DEFINED;
    marks.push(end);
  }
  // Gemma 4 ends its turns otherwise, and </s> is text there.
  const s = ending('</s>');
  if (s !== undefined && has('<|tool_response>')) {
    ends.delete(s);
    types[s] = TokenType.NORMAL;
  }
  return { types, stops: [...ends].sort((a, b) => a - b), marks };
}
