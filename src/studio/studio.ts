import { abortedOnFailure, type ByteSink } from '../files/byte-sink';
import type { ByteSource } from '../files/byte-source';
import { type ImportanceMatrix, readImatrix } from '../files/imatrix';
import type { ModelFile } from '../files/model-file';
import type { Gpu } from '../gpu/gpu';
import type { Plan } from '../model/plan';
import { ModelText } from '../text/model-text';
import type { TextSandbox } from '../text/sandbox/sandbox';
import { FileError, NibbleError, throwIfCancelled } from '../util/errors';
import { DEFAULT_BENCHMARK } from '../infer/benchmark';
import { comparePaths, type PathDifference, writeText } from '../infer/compare-paths';
import type { Engine } from '../infer/engine';
import { type ExportReport, type ResumeOptions, type WriteProgress, writeGguf } from '../pipeline/export';
import { type GeneratedPiece, type GenerateResult, generate } from '../infer/generate';
import type { ConvertOptions } from '../model/convert/folder';
import { Mixes } from './mixes';
import { type EngineOptions, runnableOf } from '../infer/model-runtime';
import { openModel } from '../pipeline/open';
import { type ExportBase, type PlannedFile, plannedFile } from './export-plan';
import { fingerprintOf, imatrixSummary } from './fingerprint';
import { Laboratory, type LabWork } from './laboratory';
import { Levels } from './levels';
import { type Prepared, prepareLevel } from '../pipeline/prepared';
import type { ModelSummary, PlanRow, PlanSettings } from './summary';
import { allowedPlan, planAll, planRow, summarize, textOf, weightCount } from './summary';
import { needText, renderPrompt, tokenize, type TokenizedText } from './prompt';
import { measureSpeed, type SpeedOptions } from './speed';
import type { ImatrixSummary, LevelSummary, PromptRequest, RunRecord } from './records';
import { overallError } from '../pipeline/tensor-error';
import { StudioDevice } from './studio-device';
import type { TuningStore } from '../device/tune';
import type { DeviceCapabilities } from '../device/capabilities';
import type { LevelWork, Work } from '../util/work';

/** The binding limit that WebGPU guarantees; for plans without a device. */
const GUARANTEED_BINDING = 128 * 1024 * 1024;
/** Positions at which the fast paths are compared with the reference mode. */
const COMPARED = 64;

/** `token` is told the answer as it comes; `restart` that the device was lost and the answer begins again. */
export interface GenerateWork extends LevelWork<WriteProgress> {
  readonly token?: (piece: GeneratedPiece) => void;
  readonly restart?: () => void;
}

/** One model and its levels. After a device loss, levels are rebuilt from the model's files. */
export class Studio {
  readonly #device: StudioDevice;
  #model: ModelFile | undefined;
  #fingerprint = '';
  readonly #sandbox: TextSandbox;
  #text: ModelText | undefined;
  #importance: ImportanceMatrix | undefined;
  #imatrix: ImatrixSummary | null = null;
  #settings: PlanSettings = { context: 512, kvType: 'F16', fallbackToF16: false, strict: false };
  readonly #levels = new Levels();

  readonly mixes = new Mixes(() => [this.#needModel(), this.#importance]);
  /** Quality measurements, calibration and searches with this studio's model and device. */
  readonly lab = new Laboratory({
    gpu: () => this.gpu(),
    model: () => this.#needModel(),
    text: () => needText(this.#text),
    importance: () => this.#importance,
    settings: () => this.#engineOptions,
    plan: (type) => this.#planOf(type),
    engine: (type, work) => this.#engine(type, work),
    level: (type) => this.#levels.get(type),
    levels: (types, work) => this.#onlyLevels(types, work),
    again: (work) => this.#device.surviveLoss(work),
  });

  /** `tuning` stores the measured compute paths of a device; without it the defaults are used. */
  constructor(openGpu: () => Promise<Gpu>, sandbox: TextSandbox, tuning?: TuningStore) {
    this.#sandbox = sandbox;
    this.#device = new StudioDevice(openGpu, tuning, () => this.#levels.forget());
  }

  gpu(): Promise<Gpu> {
    return this.#device.gpu();
  }
  capabilities(): Promise<DeviceCapabilities> {
    return this.#device.capabilities();
  }
  /** Compute paths and prefill chunk of engines for the open model. */
  get computePaths() {
    return this.#device.computePaths(this.#model ? weightCount(this.#model) : 0);
  }
  get #engineOptions(): EngineOptions {
    const { context, kvType } = this.#settings;
    return { context, kvType, ...this.computePaths };
  }
  get memory() {
    return this.#device.memory;
  }
  get levels(): string[] {
    return this.#levels.types;
  }

  #needModel(): ModelFile {
    if (!this.#model) throw new NibbleError('No model is open.', 'Drop one, or try the built-in model.');
    return this.#model;
  }

  async open(
    files: readonly ByteSource[],
    label: string,
    options: ConvertOptions = {},
    { signal }: Pick<Work, 'signal'> = {},
  ): Promise<ModelSummary> {
    const model = await openModel(files, label, options, { signal, sandbox: this.#sandbox });
    const text = textOf(model, this.#sandbox);
    const summary = { ...summarize(model, text), fingerprint: await fingerprintOf(model, { signal }) };
    throwIfCancelled(signal);
    this.close();
    this.#model = model;
    this.#fingerprint = summary.fingerprint;
    this.#text = text instanceof ModelText ? text : undefined;
    return summary;
  }

  /** Closes the model: its levels leave the GPU. */
  close(): void {
    this.releaseAll();
    this.#model = undefined;
    this.#fingerprint = '';
    this.#text = undefined;
    this.#importance = undefined;
    this.#imatrix = null;
    this.mixes.clear();
  }

  /** Sets the importance matrix, or removes it (null). Releases all levels. */
  async setImatrix(source: ByteSource | null): Promise<ImatrixSummary | null> {
    const model = this.#needModel();
    const matrix = source ? await readImatrix(source) : undefined;
    const matching = model.tensors.filter((t) => matrix?.entries.has(t.name)).length;
    if (matrix && matching === 0)
      throw new FileError(
        `${matrix.label}: none of its ${matrix.entries.size} tensors is in ${model.label}.`,
        'It belongs to another model. Drop the one that was made for this model.',
      );
    this.releaseAll();
    this.#importance = matrix;
    this.mixes.clear();
    this.#imatrix = matrix ? imatrixSummary(matrix, matching) : null;
    return this.#imatrix;
  }

  plan(settings: PlanSettings): PlanRow[] {
    const model = this.#needModel();
    const changed = settings.context !== this.#settings.context || settings.kvType !== this.#settings.kvType;
    this.#settings = settings;
    if (changed) this.#levels.disposeEngines();
    const limit = this.#device.current?.maxBindingBytes ?? GUARANTEED_BINDING;
    const on = { ...this.computePaths, ...this.#device.staged };
    const plans = [...this.mixes.plans, ...planAll(model, settings, this.#importance)];
    return plans.map((plan) => planRow(model, plan, settings, limit, on));
  }

  #planOf(type: string): Plan {
    return this.mixes.plan(type) ?? allowedPlan(this.#needModel(), type, this.#settings, this.#importance);
  }

  /** Quantizes a level into GPU memory, unless it is resident already. */
  prepare(type: string, work: Work<WriteProgress> = {}): Promise<LevelSummary> {
    return this.#device.surviveLoss(() => this.#prepare(type, work));
  }

  async #prepare(type: string, work: Work<WriteProgress>): Promise<LevelSummary> {
    const gpu = await this.gpu();
    let level = this.#levels.get(type);
    if (!level) {
      level = await prepareLevel(gpu, this.#needModel(), this.#planOf(type), work);
      this.#levels.add(type, level);
    }
    const { weightBytes, elapsedMs, sourceBytes, errors } = level;
    return { type, weightBytes, elapsedMs, sourceBytes, errors, error: overallError(errors) };
  }

  release(type: string): void {
    this.#levels.release(type);
  }
  releaseAll(): void {
    this.#levels.keepOnly([]);
  }

  async #engine(type: string, work: LevelWork<WriteProgress>): Promise<Engine> {
    await this.#prepare(type, work);
    return this.#levels.engine(type) ?? this.#levels.run(await this.gpu(), type, this.#engineOptions, work);
  }

  /** The prompt of a request as text and token ids. */
  prompt(request: PromptRequest, work: Pick<Work, 'signal'> = {}) {
    this.#needModel();
    return renderPrompt(needText(this.#text), request, work);
  }

  /** Tokens of a text as it stands. */
  tokenize(text: string, work: Pick<Work, 'signal'> = {}): Promise<TokenizedText> {
    this.#needModel();
    return tokenize(needText(this.#text), text, work);
  }

  generate(request: PromptRequest, work: GenerateWork = {}): Promise<GenerateResult> {
    return this.#device.surviveLoss(async () => {
      const { ids, text } = await this.prompt(request, work);
      const engine = await this.#engine(request.type, work);
      const { maxTokens, sampling, stop, topLogprobs } = request;
      const stops = this.#text?.tokens.stops ?? [];
      const conversation = request.messages ? text : undefined;
      const asked = { ids, maxTokens, sampling, stops, stop, topLogprobs, conversation };
      return generate(engine, this.#text?.tokens, asked, { signal: work.signal, progress: work.token });
    }, work.restart);
  }

  /**
   * Measures the speed of a level, and at the contexts that are asked for. Releases all others first, so that the memory peak is
   * its own.
   */
  benchmark(type: string, options: SpeedOptions = DEFAULT_BENCHMARK, work: LabWork = {}): Promise<RunRecord> {
    return this.#device.surviveLoss(async () => {
      const runnable = runnableOf(this.#needModel());
      this.releaseAll();
      const bench = {
        gpu: await this.gpu(),
        runnable,
        options: this.#engineOptions,
        roofline: () => this.#device.roofline(),
        engine: () => this.#engine(type, work),
        reopen: async (context: number) => {
          this.#levels.disposeEngines();
          return this.#levels.run(await this.gpu(), type, { ...this.#engineOptions, context }, work);
        },
        level: () => this.#levels.get(type)!,
      };
      const told = { signal: work.signal, progress: work.run };
      try {
        return { type, ...(await measureSpeed(bench, options, told)) };
      } finally {
        // An engine of another context is no one's that comes after.
        if (options.contexts) this.#levels.disposeEngines();
      }
    });
  }

  /** Compares the fast paths of a level with the reference mode, over a text sampled from the level. */
  difference(type: string, work: Work<WriteProgress> = {}): Promise<PathDifference> {
    return this.#device.surviveLoss(async () => {
      const gpu = await this.gpu();
      const engine = await this.#engine(type, work);
      const start = (await this.#text?.encode('', { addBos: true }, work)) ?? [];
      const ids = await writeText(engine, start, COMPARED, work);
      const options = { ...this.#engineOptions, context: COMPARED };
      return comparePaths(gpu, this.#levels.get(type)!, ids, options, 1, work);
    });
  }

  /** Prepares these levels, in order, and releases all others. */
  async #onlyLevels(types: readonly string[], work: Work<WriteProgress>): Promise<Prepared[]> {
    this.#levels.keepOnly(types);
    for (const type of types) await this.#prepare(type, work);
    return types.map((type) => this.#levels.get(type)!);
  }

  /** All that the bytes of exports come from now. */
  exportBase(): ExportBase {
    const { label } = this.#needModel();
    const { fallbackToF16, strict } = this.#settings;
    return { fingerprint: this.#fingerprint, label, importance: this.#imatrix, fallbackToF16, strict };
  }
  plannedFile(type: string): PlannedFile {
    return plannedFile(type, this.#planOf(type), this.mixes.recipeText(type));
  }

  /** Writes the GGUF of a level. A failure aborts the sink. */
  async export(
    type: string,
    sink: ByteSink,
    work: Work<WriteProgress> & ResumeOptions = {},
  ): Promise<ExportReport> {
    const open = async () => ({ gpu: await this.gpu(), plan: this.#planOf(type) });
    const { gpu, plan } = await abortedOnFailure(sink, open);
    const resident = this.#levels.get(type)?.tensors;
    return writeGguf(gpu, plan, sink, { ...work, ...(resident ? { resident } : {}) });
  }
}
