import type { ByteSink } from '../files/byte-sink';
import type { Gpu } from '../gpu/gpu';
import { Engine, GREEDY, type SamplingOptions } from '../infer/engine';
import { type GeneratedPiece, generate, type GenerateResult } from '../infer/generate';
import { runnableOf } from '../infer/model-runtime';
import type { KvType } from '../model/kv-cache';
import { type ExportReport, type WriteProgress, writeGguf } from '../pipeline/export';
import { type Prepared, prepareLevel } from '../pipeline/prepared';
import type { ChatMessage } from '../text/conversation';
import type { ModelText } from '../text/model-text';
import { disposable } from '../util/dispose';
import { deepFreeze } from '../util/freeze';
import type { LevelWork, Work } from '../util/work';
import { type Device, gpus } from './device';
import { textOfFile } from './model';
import { type LevelPlan, plans } from './plan';

/** Size and exactness of a loaded model. */
export interface LoadOptions {
  /** Tokens of prompt and answer together; 2048 or what the model was trained on, whichever is less. */
  readonly context?: number;
  /** Type of the keys and values in the cache. F16 when it is left out. */
  readonly kvType?: KvType;
  /** Activations stay float32: slower, and as exact as llama.cpp's reference. */
  readonly reference?: boolean;
}

/** Length and sampling of an answer. Greedy when nothing is given. */
export interface GenerateOptions extends Partial<SamplingOptions> {
  /** Tokens of the answer, at most; 256 when it is left out. */
  readonly maxTokens?: number;
  /** Texts that end the answer and are not in it, as llama.cpp's server takes them. */
  readonly stop?: readonly string[];
  /** Likeliest tokens told with each token, at most 4: `ranked` of the pieces and of the result. Off when left out. */
  readonly topLogprobs?: number;
}

const DEFAULT_CONTEXT = 2048;
const DEFAULT_MAX_TOKENS = 256;

interface Parts {
  readonly gpu: Gpu;
  readonly prepared: Prepared;
  readonly engine: Engine;
  readonly text: ModelText;
}

/** A level on the device, ready to generate. Made by load. One answer at a time. */
export class TextModel {
  readonly plan: LevelPlan;
  /** Tokens that the cache holds. */
  readonly context: number;
  /** GPU bytes of the weights, and of the cache and activations. */
  readonly weightBytes: number;
  readonly runtimeBytes: number;
  readonly #parts: Parts;

  /** @internal */
  constructor(plan: LevelPlan, parts: Parts) {
    this.plan = plan;
    this.context = parts.engine.context;
    this.weightBytes = parts.prepared.weightBytes;
    this.runtimeBytes = parts.engine.runtimeBytes;
    this.#parts = parts;
    Object.freeze(this);
  }

  /**
   * Answers a conversation through the model's own chat template. What stands in messages is text, never a control token.
   * Thoughts are told from the answer: `answer` of the result is what a next turn's assistant message holds, and `thoughts`
   * its `reasoningContent`.
   *
   * @param work - `progress` is told each token as it comes; `signal` ends the answer there, without an error.
   * @throws NibbleError when the model has no chat template or the conversation is longer than the context.
   */
  async chat(
    messages: readonly ChatMessage[],
    options: GenerateOptions = {},
    work: Work<GeneratedPiece> = {},
  ): Promise<GenerateResult> {
    const { ids, text } = await this.#parts.text.chat(messages, work);
    return this.#generate(ids, options, work, text);
  }

  /** Continues a text as it is. Otherwise as `chat`. */
  async complete(
    prompt: string,
    options: GenerateOptions = {},
    work: Work<GeneratedPiece> = {},
  ): Promise<GenerateResult> {
    return this.#generate(await this.#parts.text.encode(prompt, { addBos: true }, work), options, work);
  }

  async #generate(
    ids: readonly number[],
    options: GenerateOptions,
    work: Work<GeneratedPiece>,
    conversation?: string,
  ) {
    const { engine, text } = this.#parts;
    const { maxTokens = DEFAULT_MAX_TOKENS, stop, topLogprobs, ...sampling } = options;
    const { stops } = text.tokens;
    const asked = { ids, maxTokens, stops, stop, topLogprobs, conversation };
    const request = { ...asked, sampling: { ...GREEDY, ...sampling } };
    return deepFreeze(await generate(engine, text.tokens, request, work));
  }

  /** Token ids of a text, as llama.cpp's tokenizer gives them. */
  tokenize(text: string, work: Pick<Work, 'signal'> = {}): Promise<readonly number[]> {
    return this.#parts.text.encode(text, { addBos: true }, work);
  }

  /** Writes the GGUF of the weights that are on the device, without quantizing again. Otherwise as `writeGguf`. */
  async writeGguf(sink: ByteSink, work: Work<WriteProgress> = {}): Promise<ExportReport> {
    const { gpu, prepared } = this.#parts;
    return deepFreeze(await writeGguf(gpu, prepared.plan, sink, { ...work, resident: prepared.tensors }));
  }

  /** Gives its GPU memory back. */
  dispose(): void {
    this.#parts.engine.dispose();
    this.#parts.prepared.dispose();
  }
}
disposable(TextModel.prototype);

/**
 * Quantizes a plan into GPU memory and makes it ready to generate. `dispose` of the result gives the memory back.
 *
 * @param plan - Made for any device; the weights are read from the files of its model, in slices.
 * @param work - `progress` is told of every tensor, `kernels` of every kernel that is compiled then.
 * @throws UnsupportedError for an architecture or a vocabulary that cannot run here; GpuError when it does not fit;
 * CancelledError. Nothing is left on the device then.
 */
export async function load(
  device: Device,
  plan: LevelPlan,
  options: LoadOptions = {},
  work: LevelWork<WriteProgress> = {},
): Promise<TextModel> {
  const gpu = gpus.get(device);
  const { plan: planned, file } = plans.get(plan);
  const { h } = runnableOf(file);
  const text = textOfFile(file);
  const { kvType = 'F16', reference = false } = options;
  const context = Math.min(options.context ?? DEFAULT_CONTEXT, h.contextLength);
  const prepared = await prepareLevel(gpu, file, planned, work);
  try {
    const { paths } = device.capabilities;
    const { signal, kernels } = work;
    const engine = await Engine.create(
      gpu,
      prepared,
      { context, kvType, reference, paths },
      { signal, progress: kernels },
    );
    return new TextModel(plan, { gpu, prepared, engine, text });
  } catch (error) {
    prepared.dispose();
    throw error;
  }
}
