// Conversion of Llama, Granite and SmolLM3 checkpoints. Source: convert_hf_to_gguf.py, LlamaModel.
import type { TensorSource } from '../../files/model-file';
import { FileError } from '../../util/errors';
import type { Config } from './checkpoint/config';
import { interleaveHeads } from './tensors/interleave';
import { computed } from './tensors/lazy';
import type { MetadataWriter } from './metadata/metadata-writer';
import { commonParameters } from './metadata/parameters';
import { sentencePieceFirst, type VocabularyRule } from './vocabulary/vocabulary';

export function llamaParameters(c: Config, out: MetadataWriter): void {
  commonParameters(c, out);
  out.u32('%.vocab_size', c.number('vocab_size'));
  out.u32('%.rope.dimension_count', c.headDim);
}

/** CodeLlama's fill-in-the-middle tokens, which its files do not name. */
const CODE_LLAMA = { size: 32016, prefix: 32007, suffix: 32008, middle: 32009, eot: 32010 };
/** Vocabulary size of small Granite models, which have no BOS token. */
const SMALL_GRANITE = 49152;

export const llamaVocabulary: VocabularyRule = (files, out) => {
  const prefix = files.tokenizerConfig?.add_prefix_space;
  if (typeof prefix === 'boolean') out.bool('tokenizer.ggml.add_space_prefix', prefix);
  const notes = sentencePieceFirst(files, out);
  const size = files.config.vocabularySize;
  if (size === CODE_LLAMA.size)
    for (const kind of ['prefix', 'suffix', 'middle', 'eot'] as const)
      out.u32(`tokenizer.ggml.${kind}_token_id`, CODE_LLAMA[kind]);
  if (size === SMALL_GRANITE) out.bool('tokenizer.ggml.add_bos_token', false);
  return notes;
};

/** Interleaves the RoPE pairs of query and key heads. Throws FileError if the heads do not divide the rows. */
export function neighbourHeads(tensor: TensorSource, c: Config): TensorSource {
  const heads = /\.attn_q\./.test(tensor.name) ? c.heads : /\.attn_k\./.test(tensor.name) ? c.kvHeads : 0;
  if (heads === 0) return tensor;
  const rows = tensor.shape.at(-1)!;
  if (rows % (2 * heads) !== 0)
    throw new FileError(
      `Tensor "${tensor.name}" has ${rows} rows, which ${heads} heads do not divide.`,
      'config.json and the weights do not fit together.',
    );
  return interleaveHeads(tensor, heads);
}

/** Llama 3.1's RoPE factors: scales long wavelengths, blends medium ones. */
export function llamaRopeFactors(c: Config): TensorSource[] {
  if (c.ropeType.toLowerCase() !== 'llama3') return [];
  const rope = (key: string, fallback: number) => c.ropeNumber(key, fallback);
  const dim = c.headDim;
  const base = rope('rope_theta', 10000);
  const factor = rope('factor', 8);
  const low = rope('low_freq_factor', 1);
  const high = rope('high_freq_factor', 4);
  const original = rope('original_max_position_embeddings', 8192);
  const out = new Float32Array(dim / 2);
  const { fround } = Math;
  // Float32 step by step as in torch, where s / t is t.reciprocal() * s.
  const over = (scalar: number, x: number) => fround(fround(1 / x) * fround(scalar));
  for (let i = 0; i < out.length; i++) {
    const frequency = over(1, fround(base ** fround((2 * i) / dim)));
    const wavelength = over(2 * Math.PI, frequency);
    if (wavelength < original / high) out[i] = 1;
    else if (wavelength > original / low) out[i] = factor;
    else {
      const smooth = fround(fround(over(original, wavelength) - low) / (high - low));
      out[i] = over(1, fround(fround(fround(1 - smooth) / factor) + smooth));
    }
  }
  return [computed('rope_freqs.weight', out)];
}
