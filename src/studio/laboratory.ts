import { type CollectedImportance, imatrixFile } from '../files/imatrix-write';
import type { ImportanceMatrix } from '../files/imatrix';
import type { ModelFile } from '../files/model-file';
import type { Gpu } from '../gpu/gpu';
import type { Plan } from '../model/plan';
import { checkRunnable } from '../model/runnable';
import type { ModelText } from '../text/model-text';
import { DeviceLostError, GpuError, NibbleError, UnsupportedError } from '../util/errors';
import { collectImportance } from '../evaluate/collect-importance';
import type { Engine } from '../infer/engine';
import { textForEvaluation } from '../evaluate/evaluation-text';
import type { WriteProgress } from '../pipeline/export';
import type { Prepared } from '../pipeline/prepared';
import type { EngineOptions } from '../infer/model-runtime';
import { measureQuality, measureQualityPaged } from '../evaluate/quality';
import { inspectTensor, type TensorInspection } from '../pipeline/inspect';
import { renderPrompt } from './prompt';
import type { QualityRecord, QualityRequest } from '../evaluate/quality-records';
import type { CalibrationRequest, PromptRequest, SearchRequest } from './records';
import { writeScored } from '../evaluate/side-by-side';
import type { ScoredToken } from '../infer/scored-token';
import { measureSensitivities, type Sensitivities } from '../evaluate/search';
import type { LevelWork, RunProgress, Work } from '../util/work';

/** Dependencies of the laboratory, owned by the studio. */
export interface Bench {
  gpu(): Promise<Gpu>;
  model(): ModelFile;
  text(): ModelText;
  importance(): ImportanceMatrix | undefined;
  settings(): EngineOptions;
  plan(type: string): Plan;
  /** An engine for a level; levels on the device stay. */
  engine(type: string, work: LevelWork<WriteProgress>): Promise<Engine>;
  /** A resident level. */
  level(type: string): Prepared | undefined;
  /** Prepares these levels, in order, and releases all others. */
  levels(types: readonly string[], work: Work<WriteProgress>): Promise<Prepared[]>;
  /** Retries work once after a device loss. */
  again<T>(work: () => Promise<T>): Promise<T>;
}

/** Progress callbacks. */
export interface LabWork extends LevelWork<WriteProgress> {
  /** Told of every chunk or tensor that is measured; `progress` is told of weights that are quantized before. */
  readonly run?: (progress: RunProgress) => void;
}

/** GPU errors other than a lost device, such as a failed allocation: less memory may do. */
export const doesNotFit = (error: unknown): boolean =>
  error instanceof GpuError && !(error instanceof DeviceLostError);

const runs = ({ signal, run }: LabWork): Work<RunProgress> => ({ signal, progress: run });

/** Measures levels, collects importance matrices and searches for mixes. */
export class Laboratory {
  readonly #bench: Bench;
  constructor(bench: Bench) {
    this.#bench = bench;
  }

  /**
   * Compares a level with a base over a text. Releases all other levels; if the two do not fit the device together,
   * runs them layer by layer.
   */
  quality(request: QualityRequest, work: LabWork = {}): Promise<QualityRecord> {
    const bench = this.#bench;
    return bench.again(async () => {
      const text = bench.text();
      const [gpu, model, kvType] = [await bench.gpu(), bench.model(), bench.settings().kvType];
      const own = { gpu, model, text, kvType };
      try {
        const levels = await bench.levels([request.base, request.type], work);
        const both = { base: levels[0]!, level: levels.at(-1)! };
        return await measureQuality(own, both, request, runs(work));
      } catch (error) {
        if (!doesNotFit(error)) throw error;
        await bench.levels([], work);
        const both = { base: bench.plan(request.base), level: bench.plan(request.type) };
        return measureQualityPaged(own, both, request, runs(work));
      }
    });
  }

  /** Runs a text through a level; returns the importance matrix as the GGUF that llama-imatrix writes. */
  async importance(request: CalibrationRequest, work: LabWork = {}): Promise<Uint8Array<ArrayBuffer>> {
    const bench = this.#bench;
    const collected = await bench.again(async (): Promise<CollectedImportance> => {
      const model = bench.model();
      const runnable = checkRunnable(model);
      if (!runnable.ok) throw new UnsupportedError(runnable.reason);
      const { ids, bos } = await textForEvaluation(model, request.text, bench.text(), work);
      const [level] = await bench.levels([request.type], work);
      const context = Math.min(request.context, runnable.h.contextLength);
      const options = { context, kvType: bench.settings().kvType, bos };
      return collectImportance(await bench.gpu(), level!, ids, request.textLabel, options, runs(work));
    });
    return imatrixFile(collected);
  }

  /** Measures the sensitivity of each tensor over a text. Releases all levels first. */
  sensitivities(request: SearchRequest, work: LabWork = {}): Promise<Sensitivities> {
    const bench = this.#bench;
    return bench.again(async () => {
      const model = bench.model();
      const runnable = checkRunnable(model);
      if (!runnable.ok) throw new UnsupportedError(runnable.reason);
      const { ids, bos } = await textForEvaluation(model, request.text, bench.text(), work);
      await bench.levels([], work);
      const context = Math.min(request.context, runnable.h.contextLength);
      const { base, chunks } = request;
      const settings = {
        context,
        kvType: bench.settings().kvType,
        bos,
        chunks,
        base,
        importance: bench.importance(),
      };
      return measureSensitivities(await bench.gpu(), model, ids, settings, runs(work));
    });
  }

  /**
   * Generates with a level and scores each token. Releases other levels only if it does not fit the device with them.
   */
  write(request: PromptRequest, work: LabWork = {}): Promise<ScoredToken[]> {
    const bench = this.#bench;
    return bench.again(async () => {
      const text = bench.text();
      const { ids } = await renderPrompt(text, request, work);
      const open = () => bench.engine(request.type, work);
      let engine: Engine;
      try {
        engine = await open();
      } catch (error) {
        if (!doesNotFit(error)) throw error;
        await bench.levels([request.type], work);
        engine = await open();
      }
      const level = bench.level(request.type)!;
      const { maxTokens, sampling, stop } = request;
      const asked = { ids, maxTokens, sampling, stop };
      return writeScored(await bench.gpu(), engine, level, text.tokens, asked, bench.settings(), work);
    });
  }

  /** Inspects a tensor of a level; needs no device. */
  inspect(
    type: string,
    name: string,
    row: number,
    block: number,
    work: Pick<Work, 'signal'> = {},
  ): Promise<TensorInspection> {
    const tensor = this.#bench.plan(type).tensors.find((t) => t.name === name);
    if (!tensor) throw new NibbleError(`There is no tensor ${name}.`);
    return inspectTensor(tensor, row, block, work);
  }
}
