import { byteOfChar } from '../text/token-bytes';
import { encodeUtf8 } from '../util/utf8';

/** A tokenizer.json of special tokens, GPT-2's byte alphabet and a few merges, in this order. */
export function byteLevelTokenizer(
  size: number,
  special: readonly string[] = ['<|start|>', '<|end|>'],
  extra: Record<string, unknown> = {},
): Record<string, unknown> {
  const alphabet = [...byteOfChar].sort((a, b) => a[1] - b[1]).map(([char]) => char);
  const first = special.length + alphabet.length;
  const merges = ['t h', 'th e', '\u0120 the', 'a n', 'an d'].filter((_, i) => first + i < size);
  const vocab: Record<string, number> = {};
  for (const token of [...special, ...alphabet, ...merges.map((m) => m.replace(' ', ''))])
    vocab[token] = Object.keys(vocab).length;
  return {
    version: '1.0',
    added_tokens: special.map((content, id) => ({ id, content, special: true })),
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    model: { type: 'BPE', vocab, merges },
    ...extra,
  };
}

type Piece = readonly [text: string, score: number, type: number];

/** Encodes a SentencePiece ModelProto. */
export function sentencePieceModel(pieces: readonly Piece[], addsSpace = true): Uint8Array<ArrayBuffer> {
  const varint = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...varint(n >> 7)]);
  const field = (id: number, bytes: readonly number[]) => [(id << 3) | 2, ...varint(bytes.length), ...bytes];
  const encoded = pieces.flatMap(([text, score, type]) => {
    const float = new Uint8Array(Float32Array.of(score).buffer);
    const name = field(1, [...encodeUtf8(text)]);
    return field(1, [...name, (2 << 3) | 5, ...float, 3 << 3, type]);
  });
  return Uint8Array.from([...encoded, ...field(3, [3 << 3, addsSpace ? 1 : 0])]);
}

/** Pieces of a small SentencePiece model: control tokens, bytes, letters and a few words. */
export function tinyPieces(control: readonly string[]): Piece[] {
  const bytes = Array.from(
    { length: 256 },
    (_, b): Piece => [`<0x${b.toString(16).toUpperCase().padStart(2, '0')}>`, 0, 6],
  );
  const words = [
    '\u2581',
    ...'etaoinshrdlu',
    'th',
    'he',
    'the',
    '\u2581t',
    '\u2581the',
    'an',
    'in',
    '\u2581a',
  ];
  return [
    ['<unk>', 0, 2],
    ...control.map((text): Piece => [text, 0, 3]),
    ...bytes,
    ...words.map((text, i): Piece => [text, -1 - (text.length > 1 ? i - 40 : i), 1]),
  ];
}
