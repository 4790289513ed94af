import { getNumber, type Metadata } from '../files/gguf/metadata';
import type { Vocabulary } from './vocabulary';

/** Tokens that end a turn in any vocabulary. Source: llama-vocab.cpp, special_eog_ids. */
const NAMES = [
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
];

/** EOS, EOT and EOM of the metadata, and tokens with a name in NAMES. */
export function stopTokens(metadata: Metadata, v: Vocabulary): number[] {
  const keys = ['eos_token_id', 'eot_token_id', 'eom_token_id'].map((k) =>
    getNumber(metadata, `tokenizer.ggml.${k}`),
  );
  const all = [...keys, ...NAMES.map((name) => v.ids.get(name))];
  return [...new Set(all.filter((id): id is number => id !== undefined && id < v.tokens.length))];
}
