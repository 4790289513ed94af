import type { Gpu } from '../gpu/gpu';
import type { TokenTable } from '../text/tokenizer';
import type { Engine, SamplingOptions } from '../infer/engine';
import type { EngineOptions } from '../infer/model-runtime';
import { probabilities } from './evaluate';
import { type GeneratedPiece, generate } from '../infer/generate';
import type { ScoredToken } from '../infer/scored-token';
import type { Prepared } from '../pipeline/prepared';
import type { Work } from '../util/work';

/** Generates after a prompt and scores each token. Tokens that end inside a UTF-8 character have no text. */
export async function writeScored(
  gpu: Gpu,
  engine: Engine,
  prepared: Prepared,
  tokenizer: TokenTable,
  request: {
    readonly ids: readonly number[];
    readonly maxTokens: number;
    readonly sampling: SamplingOptions;
    readonly stop?: readonly string[] | undefined;
  },
  options: EngineOptions,
  { signal }: Pick<Work, 'signal'> = {},
): Promise<ScoredToken[]> {
  const written: { id: number; text: string }[] = [];
  const ids = request.ids.length > 0 ? request.ids : [0];
  const all = { ...request, ids, stops: tokenizer.stops };
  const progress = ({ id, text }: GeneratedPiece) => {
    // Bytes of an incomplete character at the end have no token of their own.
    if (id >= 0) written.push({ id, text });
    else if (written.length > 0) written.at(-1)!.text += text;
  };
  await generate(engine, tokenizer, all, { signal, progress });
  const text = [...ids, ...written.map((t) => t.id)];
  const found = await probabilities(gpu, prepared, text, ids.length, options, { signal });
  return written.map((token, i) => ({ ...token, probability: found[i]! }));
}
