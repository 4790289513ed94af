import { type CollectedImportance, imatrixFile } from '../files/imatrix-write';
import type { ImportanceMatrix } from '../files/imatrix';
import type { ModelFile } from '../files/model-file';
import type { Gpu } from '../gpu/gpu';
import type { Plan } from '../model/plan';
import { checkRunnable } from '../model/runnable';
import type { TextTokenizer } from '../text/tokenizer';
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
import { type ScoredToken, writeScored } from '../evaluate/side-by-side';
import { measureSensitivities, type Sensitivities } from '../evaluate/search';
import type { RunProgress, Work } from '../util/work';

/** What a laboratory works with: it owns none of it. */
export interface Bench {
  gpu(): Promise<Gpu>;
  model(): ModelFile;
  tokenizer(): TextTokenizer;
  importance(): ImportanceMatrix | undefined;
  settings(): EngineOptions;
  plan(type: string): Plan;
  /** An engine for a level, beside what is on the device already. */
  engine(type: string, work: Work<WriteProgress>): Promise<Engine>;
  /** A level that is on the device. */
  level(type: string): Prepared | undefined;
  /** Levels by name, prepared; no other stays on the device. */
  levels(types: readonly string[], work: Work<WriteProgress>): Promise<Prepared[]>;
  /** Runs work again when the device is lost in it. */
  again<T>(work: () => Promise<T>): Promise<T>;
}

/** Where work tells how far it is. */
export interface LabWork extends Work<WriteProgress> {
  /** Told of every chunk or tensor that is measured; `progress` is told of weights that are quantized before. */
  readonly run?: (progress: RunProgress) => void;
}

/** Whether the device could not give what was asked for: less may do. */
const doesNotFit = (error: unknown): boolean =>
  error instanceof GpuError && !(error instanceof DeviceLostError);

const runs = ({ signal, run }: LabWork): Work<RunProgress> => ({ signal, progress: run });

/** Measures levels, and collects what better ones are made with. */
export class Laboratory {
  readonly #bench: Bench;
  constructor(bench: Bench) {
    this.#bench = bench;
  }

  /**
   * How far a level is from a base over a text. Only the two are on the device, and stay there; where they do not fit
   * beside each other, their layers come and go.
   */
  quality(request: QualityRequest, work: LabWork = {}): Promise<QualityRecord> {
    const bench = this.#bench;
    return bench.again(async () => {
      const tokenizer = bench.tokenizer();
      const [gpu, model, kvType] = [await bench.gpu(), bench.model(), bench.settings().kvType];
      const own = { gpu, model, tokenizer, kvType };
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

  /** The importance matrix of a text, run through a level, as the GGUF that llama-imatrix writes. */
  async importance(request: CalibrationRequest, work: LabWork = {}): Promise<Uint8Array<ArrayBuffer>> {
    const bench = this.#bench;
    const collected = await bench.again(async (): Promise<CollectedImportance> => {
      const model = bench.model();
      const runnable = checkRunnable(model);
      if (!runnable.ok) throw new UnsupportedError(runnable.reason);
      const { ids, bos } = textForEvaluation(model, request.text, bench.tokenizer());
      const [level] = await bench.levels([request.type], work);
      const context = Math.min(request.context, runnable.h.contextLength);
      const options = { context, kvType: bench.settings().kvType, bos };
      return collectImportance(await bench.gpu(), level!, ids, request.textLabel, options, runs(work));
    });
    return imatrixFile(collected);
  }

  /** What each tensor is worth, over a text. Needs the whole device; other levels are released. */
  sensitivities(request: SearchRequest, work: LabWork = {}): Promise<Sensitivities> {
    const bench = this.#bench;
    return bench.again(async () => {
      const model = bench.model();
      const runnable = checkRunnable(model);
      if (!runnable.ok) throw new UnsupportedError(runnable.reason);
      const { ids, bos } = textForEvaluation(model, request.text, bench.tokenizer());
      await bench.levels([], work);
      const context = Math.min(request.context, runnable.h.contextLength);
      const { base, chunks } = request;
      const how = {
        context,
        kvType: bench.settings().kvType,
        bos,
        chunks,
        base,
        importance: bench.importance(),
      };
      return measureSensitivities(await bench.gpu(), model, ids, how, runs(work));
    });
  }

  /** What a level writes after a prompt, token by token. Levels that do not fit beside it make room. */
  write(request: PromptRequest, work: LabWork = {}): Promise<ScoredToken[]> {
    const bench = this.#bench;
    return bench.again(async () => {
      const tokenizer = bench.tokenizer();
      const { ids } = renderPrompt(bench.model(), tokenizer, request);
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
      const { maxTokens, sampling } = request;
      const asked = { ids, maxTokens, sampling };
      return writeScored(await bench.gpu(), engine, level, tokenizer, asked, bench.settings(), work);
    });
  }

  /** A tensor of a level, seen close; nothing needs to be on the device. */
  inspect(type: string, name: string, row: number, block: number): Promise<TensorInspection> {
    const tensor = this.#bench.plan(type).tensors.find((t) => t.name === name);
    if (!tensor) throw new NibbleError(`There is no tensor ${name}.`);
    return inspectTensor(tensor, row, block);
  }
}
