import type { Metadata } from '../../files/gguf/metadata';
import type { WireError } from '../../util/errors';
import type { ChatMessage } from '../conversation';
import type { EncodeOptions } from '../tokenizer';

// Messages to the text worker and from it. Types only.

/** Calls of the text worker. `vocabulary` is the key of one that was loaded. */
export interface TextCalls {
  /** Makes a tokenizer of GGUF metadata; `label` names the file in errors. */
  load(vocabulary: number, label: string, metadata: Metadata): void;
  /** Forgets a tokenizer. */
  drop(vocabulary: number): void;
  /** Token ids of a text. */
  encode(vocabulary: number, text: string, options: EncodeOptions): number[];
  /** A conversation through the model's chat template: its text and token ids. */
  chat(vocabulary: number, messages: readonly ChatMessage[]): { text: string; ids: number[] };
  /** Ids that a tokenizer.json gives the check text of llama.cpp's converter; null when it cannot be used. */
  checkIds(tokenizerJson: Uint8Array): number[] | null;
}

/** A call to the worker. */
export interface ToText {
  readonly id: number;
  readonly call: keyof TextCalls;
  readonly args: readonly unknown[];
}

/** An answer of the worker, or word that the template is done and the tokenizer begins. */
export type FromText =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: WireError }
  | { readonly id: number; readonly stage: 'tokenizer' };

/** A running text worker. */
export interface TextPort {
  post(message: ToText): void;
  /** Ends it at once, whatever it does. */
  end(): void;
}

/** Starts a text worker, and tells its answers and its death. Throws where no worker can be started. */
export type StartText = (on: { message(message: FromText): void; died(cause: string): void }) => TextPort;
