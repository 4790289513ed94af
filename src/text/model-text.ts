import type { Metadata } from '../files/gguf/metadata';
import { UnsupportedError } from '../util/errors';
import type { Work } from '../util/work';
import type { ChatMessage } from './conversation';
import type { SandboxVocabulary, TextRun, TextSandbox } from './sandbox/sandbox';
import { createTokenizer, type EncodeOptions, type TokenTable } from './tokenizer';

/** Time for a text by its length in UTF-16 units: a second for each 50,000, which slow machines need a tenth of. */
const budgetMs = (length: number): number => 10_000 + Math.ceil(length / 50_000) * 1000;

let next = 1;

/** The sandbox; throws UnsupportedError when there is none. */
export function needSandbox(sandbox: TextSandbox | undefined): TextSandbox {
  if (!sandbox)
    throw new UnsupportedError(
      'There is no text sandbox: templates and tokenizers of files run only in a worker that can be ended.',
      'Open the model with one: openModel of nibble-studio/node and of nibble-studio/browser brings it.',
    );
  return sandbox;
}

/**
 * Text and tokens of one model. The table of its tokens is here; what a file can make slow, its template and its
 * tokenizer, runs in the sandbox.
 */
export class ModelText {
  readonly tokens: TokenTable;
  readonly #label: string;
  readonly #sandbox: TextSandbox | undefined;
  readonly #vocabulary: SandboxVocabulary;

  /** Throws FileError when there is no vocabulary, UnsupportedError for one that is not known here. */
  constructor(label: string, metadata: Metadata, sandbox: TextSandbox | undefined) {
    this.tokens = createTokenizer(label, metadata);
    this.#label = label;
    this.#sandbox = sandbox;
    this.#vocabulary = {
      key: next++,
      load: () => [
        label,
        new Map([...metadata].filter(([key]) => /^(tokenizer\.|general\.(name|architecture)$)/.test(key))),
      ],
    };
  }

  #limits(work: Pick<Work, 'signal'>): TextRun {
    return {
      what: `The tokenizer of ${this.#label}`,
      hint: 'Try a shorter text. The model can still be quantized and exported.',
      signal: work.signal,
      vocabulary: this.#vocabulary,
    };
  }

  /** Token ids of a text. Throws BudgetError, CancelledError, UnsupportedError where no worker can be made. */
  async encode(text: string, options: EncodeOptions, work: Pick<Work, 'signal'> = {}): Promise<number[]> {
    const args = [this.#vocabulary.key, text, options] as const;
    const limits = { ...this.#limits(work), budgetMs: budgetMs(text.length) };
    return needSandbox(this.#sandbox).run('encode', [...args], limits);
  }

  /** A conversation through the model's chat template. Throws as `encode`, and NibbleError of the template's own. */
  async chat(
    messages: readonly ChatMessage[],
    work: Pick<Work, 'signal'> = {},
  ): Promise<{ text: string; ids: number[] }> {
    const limits = this.#limits(work);
    const length = messages.reduce((n, m) => n + m.content.length, 0);
    return needSandbox(this.#sandbox).run('chat', [this.#vocabulary.key, messages], {
      ...limits,
      what: `The chat template of ${this.#label}`,
      after: { what: limits.what, budgetMs: budgetMs(length) },
      hint: 'Use completion, where your text is continued as it is.',
    });
  }
}
