import { isDeepStrictEqual } from 'node:util';
import { readSentencePiece } from '../../../model/convert/vocabulary/sentencepiece';
import { encodeUtf8 } from '../../../util/utf8';
import { sentencePieceModel } from '../../tiny-tokenizers';
import { type Chooser, oddTexts } from '../chooser';
import { joined, jsonText, mutateBytes, mutateJson, type Words } from '../mutate-json';
import { fuzzer, rule, shownBytes } from '../reader';

/** A protobuf field as JSON: its number, its wire type, and a varint, a float, text, bytes or the fields of a message. */
type ProtoField = [id: number, wire: number, value: unknown];

const words: Words = { keys: ['a'], values: [0, 1, 2, 3, 4, 5, 6, 300, ...oddTexts] };

function varint(value: number): Uint8Array {
  const out: number[] = [];
  let left = BigInt.asUintN(64, BigInt(Number.isFinite(value) ? Math.trunc(value) : 0));
  while (left >= 128n) {
    out.push(Number(left & 127n) | 128);
    left >>= 7n;
  }
  return Uint8Array.from([...out, Number(left)]);
}

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0);
const MAX_DEPTH = 20;

/** The bytes of fields that a mutation may have turned into anything. */
function protobuf(fields: unknown, depth = 0): Uint8Array<ArrayBuffer> {
  if (typeof fields === 'string') return encodeUtf8(fields);
  if (!Array.isArray(fields) || depth > MAX_DEPTH) return new Uint8Array(0);
  return joined(
    ...fields.map((field: unknown) => {
      const [id, wire, value] = (Array.isArray(field) ? field : [1, 0, field]) as ProtoField;
      const tag = varint(numberOf(id) * 8 + (numberOf(wire) & 7));
      if (wire === 2) {
        const body = protobuf(value, depth + 1);
        return joined(tag, varint(body.length), body);
      }
      if (wire === 5) return joined(tag, new Uint8Array(Float32Array.of(numberOf(value)).buffer));
      if (wire === 1) return joined(tag, new Uint8Array(Float64Array.of(numberOf(value)).buffer));
      return joined(tag, varint(numberOf(value)));
    }),
  );
}

function seed(r: Chooser): ProtoField[] {
  const piece = (text: string, type: number): ProtoField => {
    const fields: ProtoField[] = [
      [1, 2, text],
      [2, 5, -r.below(100) / 8],
    ];
    return [1, 2, type === 1 ? fields : [...fields, [3, 0, type]]];
  };
  return [
    ...Array.from({ length: 1 + r.below(6) }, () => piece(r.pick(oddTexts), 1 + r.below(6))),
    [2, 2, [[3, 0, 1]]],
    [3, 2, [[3, 0, r.below(2)]]],
  ];
}

function make(r: Chooser): Uint8Array<ArrayBuffer> {
  const fields = seed(r);
  // Through JSON, so that fields that have come to hold themselves end.
  const bytes = protobuf(r.oneIn(10) ? fields : JSON.parse(jsonText(mutateJson(r, fields, words))));
  return r.oneIn(4) ? mutateBytes(r, bytes) : bytes;
}

type Accepted = ReturnType<typeof readSentencePiece>;

export const reader = fuzzer<Uint8Array<ArrayBuffer>, Accepted>({
  name: 'sentencepiece',
  sources: ['src/model/convert/vocabulary/sentencepiece.ts', 'src/util/utf8.ts'],
  inputs: 1_000_000,
  make,
  read: (bytes) => readSentencePiece(bytes),
  check: (_, accepted) => {
    rule(accepted.pieces.length > 0, 'there are pieces');
    for (const { type, score } of accepted.pieces) {
      rule(type >= 1 && type <= 6, `${type} is a type of a piece`);
      rule(Number.isFinite(score), `${score} is a score`);
    }
    const pieces = accepted.pieces.map((p) => [p.text, p.score, p.type] as const);
    const again = readSentencePiece(sentencePieceModel(pieces, accepted.addSpacePrefix));
    rule(isDeepStrictEqual(again, accepted), 'pieces are the same when written again');
  },
  show: shownBytes,
});
