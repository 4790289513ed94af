import type { ByteSink } from '../files/byte-sink';
import type { ByteSource } from '../files/byte-source';
import { type ImportanceMatrix, readImatrix } from '../files/imatrix';
import type { ModelFile } from '../files/model-file';
import type { Gpu } from '../gpu/gpu';
import type { Plan } from '../model/plan';
import { checkRunnable } from '../model/runnable';
import { createTokenizer, type TextTokenizer } from '../text/tokenizer';
import { DeviceLostError, FileError, NibbleError, UnsupportedError } from '../util/errors';
import { type BenchmarkOptions, benchmark, DEFAULT_BENCHMARK } from '../infer/benchmark';
import { rooflineOf } from '../device/roofline';
import { comparePaths, type PathDifference, writeText } from '../infer/compare-paths';
import { Engine } from '../infer/engine';
import { type ExportReport, type WriteProgress, writeGguf } from '../pipeline/export';
import { type GeneratedPiece, type GenerateResult, generate } from '../infer/generate';
import type { ConvertOptions } from '../model/convert/folder';
import { Mixes } from './mixes';
import type { EngineOptions } from '../infer/model-runtime';
import { openModel } from '../pipeline/open';
import { fingerprintOf, matrixFingerprint } from './fingerprint';
import { Laboratory, type LabWork } from './laboratory';
import { Levels } from './levels';
import { type Prepared, prepareLevel } from '../pipeline/prepared';
import {
  type ModelSummary,
  type PlanRow,
  type PlanSettings,
  allowedPlan,
  planAll,
  planRow,
  summarize,
  weightCount,
} from './summary';
import { needTokenizer, renderPrompt } from './prompt';
import type { ImatrixSummary, LevelSummary, PromptRequest, RunRecord } from './records';
import { overallError } from '../pipeline/tensor-error';
import { StudioDevice } from './studio-device';
import type { Tuning, TuningStore } from '../device/tune';
import type { Work } from '../util/work';

/** What a device without knowledge of it would plan for: the limit WebGPU guarantees. */
const GUARANTEED_BINDING = 128 * 1024 * 1024;
/** Positions at which the fast paths are compared with the reference mode. */
const COMPARED = 64;

/** `token` is told the answer as it comes; `restart` that the device was lost and the answer begins again. */
export interface GenerateWork extends Work<WriteProgress> {
  readonly token?: (text: string) => void;
  readonly restart?: () => void;
}

/**
 * One model and the levels made of it. Levels are rebuilt from the files when the device is lost; what the person
 * wrote lives elsewhere and is not touched.
 */
export class Studio {
  readonly #device: StudioDevice;
  #model: ModelFile | undefined;
  #tokenizer: TextTokenizer | undefined;
  #importance: ImportanceMatrix | undefined;
  #settings: PlanSettings = { context: 512, kvType: 'F16', fallbackToF16: false, strict: false };
  readonly #levels = new Levels();

  readonly mixes = new Mixes(() => [this.#needModel(), this.#importance]);
  /** Measuring quality and collecting importance, with the model and the device of this studio. */
  readonly lab = new Laboratory({
    gpu: () => this.gpu(),
    model: () => this.#needModel(),
    tokenizer: () => needTokenizer(this.#tokenizer),
    importance: () => this.#importance,
    settings: () => this.#engineOptions,
    plan: (type) => this.#planOf(type),
    engine: (type, work) => this.#engine(type, work),
    level: (type) => this.#levels.get(type),
    levels: (types, work) => this.#onlyLevels(types, work),
    again: (work) => this.#surviveLoss(work),
  });

  /** `tuning` keeps which paths are fast on a device; without it the usual ones are taken. */
  constructor(openGpu: () => Promise<Gpu>, tuning?: TuningStore) {
    this.#device = new StudioDevice(openGpu, tuning, () => this.#levels.forget());
  }

  gpu(): Promise<Gpu> {
    return this.#device.gpu();
  }
  get tuning(): Tuning | null {
    return this.#device.tuning;
  }
  /** How engines run on this device. */
  get computePaths() {
    return this.#device.computePaths(this.#model ? weightCount(this.#model) : 0);
  }
  get #engineOptions(): EngineOptions {
    const { context, kvType } = this.#settings;
    return { context, kvType, ...this.computePaths };
  }
  get memory() {
    const memory = this.#device.current?.memory;
    const { currentBytes = 0, peakBytes = 0 } = memory ?? {};
    return { currentBytes, peakBytes, owners: memory?.byOwner() ?? [] };
  }
  get levels(): string[] {
    return this.#levels.types;
  }

  #needModel(): ModelFile {
    if (!this.#model) throw new NibbleError('No model is open.', 'Drop one, or try the built-in model.');
    return this.#model;
  }

  async open(files: readonly ByteSource[], label: string, how?: ConvertOptions): Promise<ModelSummary> {
    const model = await openModel(files, label, how);
    const summary = { ...summarize(model), fingerprint: await fingerprintOf(model) };
    this.releaseAll();
    this.#model = model;
    this.#importance = undefined;
    this.mixes.clear();
    this.#tokenizer = summary.hasTokenizer ? createTokenizer(model.label, model.metadata) : undefined;
    return summary;
  }

  /** Takes an importance matrix into use, or (null) out of it. Levels made otherwise are released. */
  async useImatrix(source: ByteSource | null): Promise<ImatrixSummary | null> {
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
    if (!matrix) return null;
    const { label, chunks, entries } = matrix;
    return { fingerprint: matrixFingerprint(matrix), label, tensors: entries.size, matching, chunks };
  }

  plan(settings: PlanSettings): PlanRow[] {
    const model = this.#needModel();
    const changed = settings.context !== this.#settings.context || settings.kvType !== this.#settings.kvType;
    this.#settings = settings;
    if (changed) this.#levels.disposeEngines();
    const limit = this.#device.current?.maxBindingBytes ?? GUARANTEED_BINDING;
    const plans = [...this.mixes.plans, ...planAll(model, settings, this.#importance)];
    return plans.map((plan) => planRow(model, plan, settings, limit, this.computePaths));
  }

  #planOf(type: string): Plan {
    return this.mixes.plan(type) ?? allowedPlan(this.#needModel(), type, this.#settings, this.#importance);
  }

  /** Quantizes a level into GPU memory; a level that is there already stays as it is. */
  prepare(type: string, work: Work<WriteProgress> = {}): Promise<LevelSummary> {
    return this.#surviveLoss(() => this.#prepare(type, work));
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

  async #engine(type: string, work: Work<WriteProgress>): Promise<Engine> {
    const gpu = await this.gpu();
    await this.#prepare(type, work);
    let engine = this.#levels.engine(type);
    if (!engine) {
      engine = await Engine.create(gpu, this.#levels.get(type)!, this.#engineOptions);
      this.#levels.addEngine(type, engine);
    }
    return engine;
  }

  /** The text that a request puts before the model, and the ids of it. */
  prompt(request: PromptRequest): { text: string; ids: number[]; stops: string[] } {
    return renderPrompt(this.#needModel(), needTokenizer(this.#tokenizer), request);
  }

  /** Runs again once when the device is lost in the middle: the level is rebuilt from its files. */
  async #surviveLoss<T>(work: () => Promise<T>, onLoss: () => void = () => {}): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DeviceLostError) && !this.#device.current?.lost) throw error;
      onLoss();
      return work();
    }
  }

  generate(request: PromptRequest, work: GenerateWork = {}): Promise<GenerateResult> {
    return this.#surviveLoss(async () => {
      const { ids } = this.prompt(request);
      const engine = await this.#engine(request.type, work);
      const { maxTokens, sampling } = request;
      const stops = this.#tokenizer?.stops ?? [];
      const asked = { ids, maxTokens, sampling, stops };
      const progress = ({ text }: GeneratedPiece) => work.token?.(text);
      return generate(engine, this.#tokenizer, asked, { signal: work.signal, progress });
    }, work.restart);
  }

  /** Measures one level with only it on the device, so that the peak is its own. */
  async benchmark(
    type: string,
    options: BenchmarkOptions = DEFAULT_BENCHMARK,
    work: LabWork = {},
  ): Promise<RunRecord> {
    const model = this.#needModel();
    const runnable = checkRunnable(model);
    if (!runnable.ok) throw new UnsupportedError(runnable.reason);
    this.releaseAll();
    const gpu = await this.gpu();
    gpu.memory.resetPeak();
    const engine = await this.#engine(type, work);
    const speed = await benchmark(engine, runnable.vocabulary, options, {
      signal: work.signal,
      progress: work.run,
    });
    const level = this.#levels.get(type)!;
    const { peakBytes } = gpu.memory;
    const { kvType } = this.#settings;
    const positions = speed.promptTokens + speed.generatedTokens / 2;
    const dispatches = engine.dispatchesPerToken(positions);
    return {
      type,
      adapter: gpu.adapterName,
      fileBytes: level.plan.fileBytes,
      residentBytes: level.weightBytes + engine.runtimeBytes,
      peakBytes,
      measuredMs: Date.now(),
      speed,
      bound: rooflineOf(await this.#device.roofline(), level.plan, runnable.h, {
        kvType,
        positions,
        dispatches,
      }),
    };
  }

  /** How far the fast paths of a level are from the reference mode, over a text that the level writes. */
  async difference(type: string, work: Work<WriteProgress> = {}): Promise<PathDifference> {
    const gpu = await this.gpu();
    const engine = await this.#engine(type, work);
    const start = this.#tokenizer?.encode('', { addBos: true }) ?? [];
    const ids = await writeText(engine, start, COMPARED, work);
    const options = { ...this.#engineOptions, context: COMPARED };
    return comparePaths(gpu, this.#levels.get(type)!, ids, options, 1, work);
  }

  /** Levels by name, prepared; no other stays on the device. */
  async #onlyLevels(types: readonly string[], work: Work<WriteProgress>): Promise<Prepared[]> {
    this.#levels.keepOnly(types);
    for (const type of types) await this.#prepare(type, work);
    return types.map((type) => this.#levels.get(type)!);
  }

  async export(type: string, sink: ByteSink, work: Work<WriteProgress> = {}): Promise<ExportReport> {
    const gpu = await this.gpu();
    const resident = this.#levels.get(type)?.tensors;
    return writeGguf(gpu, this.#planOf(type), sink, { ...work, ...(resident ? { resident } : {}) });
  }

  /** For tests of the recovery: the device goes away as if the driver had reset. */
  loseDevice(): void {
    this.#device.current?.device.destroy();
  }
}
