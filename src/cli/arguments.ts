import { parseArgs } from 'node:util';
import { type FileType, fileTypeByLabel, fileTypes } from '../quant/file-types';
import { NibbleError } from '../util/errors';

export const USAGE = `nibble: quantize and run language models on the GPU (Node on Dawn)

  nibble inspect  MODEL [--json]
  nibble convert  FOLDER OUT.gguf [--outtype f32|f16|bf16|q8_0|auto|keep] [--pre NAME] [--json]
                  the file that convert_hf_to_gguf.py makes of a Hugging Face folder; keep: codes of another quantizer
                  are carried over where a type of GGUF holds them, and it is said for each tensor
  nibble quantize MODEL TYPE OUT.gguf [--dry-run] [--json] and llama-quantize's options:
                  [--imatrix FILE] [--include-weights NAME]... [--exclude-weights NAME]... [--pure]
                  [--leave-output-tensor] [--output-tensor-type T] [--token-embedding-type T]
                  [--tensor-type PATTERN=T]... [--tensor-type-file FILE]... [--split-max-size N(M|G)] [--strict] [--allow-f16-fallback]
  nibble generate MODEL --type TYPE (--prompt TEXT | --prompt-ids 1,2,3 | --chat TEXT) [-n N]
                  [--temp T] [--top-k K] [--top-p P] [--min-p P] [--seed S]
                  [--repeat-last-n N] [--repeat-penalty P] [--frequency-penalty P] [--presence-penalty P]
                  [-r TEXT]... [--top-logprobs N] [--ctx N] [--kv F32|F16|Q8_0|Q4_0] [--reference] [--special] [--marks] [--json]
  nibble bench    MODEL --types A,B [--ctx N] [--runs N] [--json]
  nibble perplexity MODEL --types A,B -f TEXTFILE [--kl-base TYPE [--paged]] [--ctx N] [--chunks N] [--json]
                  with --kl-base also divergence, top-1 agreement and change of probability against that level;
                  with --paged layer by layer, for levels that do not fit the GPU beside each other
  nibble search MODEL -f TEXTFILE (--like TYPE,... | --size BYTES,...) [--kl-base TYPE] [--imatrix FILE] [--ctx N]
                  [--chunks N] [--check TEXTFILE] [--check-chunks N] [--recipe OUT.json] [--json]
                  a type for each tensor that loses least at that size, beside the fixed mix of it
  nibble imatrix MODEL OUT.gguf -f TEXTFILE [--type TYPE] [--ctx N] [--chunks N]
                  the importance matrix that llama-imatrix collects

generate, bench and perplexity quantize with the same options. MODEL is a GGUF file, a folder (a Hugging Face
checkpoint, or a GGUF in several files), or hf:ORGANIZATION/NAME (HF_TOKEN for gated ones). --pre names the pre-tokenizer of a folder
whose own is not known; --special reads control tokens in --prompt. --reference keeps activations in float32. TYPE is one of ${fileTypes.map((t) => t.label).join(', ')}.
--lora PATH and --lora-scaled PATH:SCALE merge adapters of PEFT into a Hugging Face folder, in float32 and before anything is rounded;
several are merged one after the other.
-r (--reverse-prompt) is a text that ends the answer; --top-logprobs tells up to 4 likeliest tokens for each, with --json.
The answer goes to standard output, progress, errors and a model's thoughts to standard error; with --marks thoughts go to standard
output, too, with the control tokens around them.`;

/** Invalid command line: exit code 2. */
export class UsageError extends NibbleError {
  override name = 'UsageError';
}

/** A --tensor-type, or a --tensor-type-file. */
interface TensorTypes {
  readonly isFile: boolean;
  readonly value: string;
}

/** Negative numbers as llama.cpp takes them: `--repeat-last-n -1` is `--repeat-last-n=-1`, and no option of its own. */
function joinNegative(argv: readonly string[]): string[] {
  const out: string[] = [];
  for (const arg of argv) {
    const before = out.at(-1);
    if (before !== undefined && /^--[^=]+$/.test(before) && /^-\.?\d/.test(arg))
      out[out.length - 1] = `${before}=${arg}`;
    else out.push(arg);
  }
  return out;
}

export function parseCommand(argv: readonly string[]) {
  try {
    const { values, positionals, tokens } = parseArgs({
      args: joinNegative(argv),
      allowPositionals: true,
      tokens: true,
      options: {
        type: { type: 'string' },
        outtype: { type: 'string' },
        pre: { type: 'string' },
        special: { type: 'boolean' },
        marks: { type: 'boolean' },
        reference: { type: 'boolean' },
        types: { type: 'string' },
        prompt: { type: 'string' },
        chat: { type: 'string' },
        'prompt-ids': { type: 'string' },
        n: { type: 'string', short: 'n' },
        temp: { type: 'string' },
        'top-k': { type: 'string' },
        'top-p': { type: 'string' },
        'min-p': { type: 'string' },
        seed: { type: 'string' },
        'repeat-last-n': { type: 'string' },
        'repeat-penalty': { type: 'string' },
        'frequency-penalty': { type: 'string' },
        'presence-penalty': { type: 'string' },
        'reverse-prompt': { type: 'string', short: 'r', multiple: true },
        'top-logprobs': { type: 'string' },
        ctx: { type: 'string' },
        kv: { type: 'string' },
        runs: { type: 'string' },
        'kl-base': { type: 'string' },
        paged: { type: 'boolean' },
        'max-binding': { type: 'string' },
        'allow-f16-fallback': { type: 'boolean' },
        pure: { type: 'boolean' },
        strict: { type: 'boolean' },
        'dry-run': { type: 'boolean' },
        lora: { type: 'string', multiple: true },
        'lora-scaled': { type: 'string', multiple: true },
        imatrix: { type: 'string' },
        'include-weights': { type: 'string', multiple: true },
        'exclude-weights': { type: 'string', multiple: true },
        'leave-output-tensor': { type: 'boolean' },
        'output-tensor-type': { type: 'string' },
        'token-embedding-type': { type: 'string' },
        'split-max-size': { type: 'string' },
        'tensor-type': { type: 'string', multiple: true },
        'tensor-type-file': { type: 'string', multiple: true },
        file: { type: 'string', short: 'f' },
        chunks: { type: 'string' },
        like: { type: 'string' },
        size: { type: 'string' },
        check: { type: 'string' },
        'check-chunks': { type: 'string' },
        recipe: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    // The first pattern that matches counts, so that options and files keep their order.
    const tensorTypes = tokens.flatMap((t): TensorTypes[] =>
      t.kind === 'option' && t.value !== undefined && t.name.startsWith('tensor-type')
        ? [{ isFile: t.name === 'tensor-type-file', value: t.value }]
        : [],
    );
    return { values: { ...values, tensorTypes }, positionals };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

export type Values = ReturnType<typeof parseCommand>['values'];

export function numberOption(values: Values, key: keyof Values, fallback: number): number {
  const text = values[key];
  if (text === undefined) return fallback;
  const value = Number(text);
  if (typeof text !== 'string' || text.trim() === '' || !Number.isFinite(value))
    throw new UsageError(`--${key} is "${String(text)}", expected a number.`);
  return value;
}

export function typeOption(label: string | undefined): FileType {
  const type = label === undefined ? undefined : fileTypeByLabel(label);
  if (!type)
    throw new UsageError(
      `TYPE is "${label ?? ''}", expected one of ${fileTypes.map((t) => t.label).join(', ')}.`,
    );
  return type;
}

/** Parses bytes, or millions or billions of bytes: 2100000, 2.1M, 4G. */
export function parseBytes(option: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)([MG]?)$/.exec(text.trim());
  if (!match) throw new UsageError(`--${option} is "${text}", expected bytes, such as 2100000, 2.1M or 4G.`);
  return Math.floor(Number(match[1]) * (match[2] === 'G' ? 1e9 : match[2] === 'M' ? 1e6 : 1));
}

/** Parses --split-max-size as llama-gguf-split does: millions or billions of bytes; infinite without the option. */
export function splitBytes(values: Values): number {
  const text = values['split-max-size'];
  if (text === undefined) return Number.POSITIVE_INFINITY;
  const match = /^([1-9]\d*)([MG])$/.exec(text);
  if (!match)
    throw new UsageError(`--split-max-size is "${text}", expected a number and M or G, such as 2G.`);
  return Number(match[1]) * (match[2] === 'M' ? 1e6 : 1e9);
}
