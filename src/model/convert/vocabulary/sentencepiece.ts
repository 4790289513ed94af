import { FileError } from '../../../util/errors';
import { decodeUtf8 } from '../../../util/utf8';

export interface Piece {
  /** As decodeUtf8 makes it. */
  readonly text: string;
  readonly score: number;
  /** SentencePiece types: 1 normal, 2 unknown, 3 control, 4 user defined, 5 unused, 6 byte. The same as llama.cpp's. */
  readonly type: number;
}

const LAST_TYPE = 6;

/** Iterates over the fields of a protobuf message. Throws FileError if it is malformed. */
function* fields(
  bytes: Uint8Array,
): Generator<{ id: number; wire: number; at: number; end: number; value: number }> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 64; shift += 7) {
      const b = bytes[at++];
      if (b === undefined) throw new FileError('tokenizer.model is cut short.', 'Download it again.');
      value += (b & 127) * 2 ** shift;
      if (b < 128) return value;
    }
    throw new FileError('tokenizer.model is no protobuf message.', 'Download it again.');
  };
  while (at < bytes.length) {
    const tag = varint();
    const id = Math.floor(tag / 8);
    const wire = tag % 8;
    if (wire === 0) yield { id, wire, at, end: at, value: varint() };
    else {
      const size = wire === 2 ? varint() : wire === 5 ? 4 : wire === 1 ? 8 : -1;
      if (size < 0 || at + size > bytes.length)
        throw new FileError(
          `tokenizer.model: field ${id} at byte ${at} is no valid protobuf field.`,
          'Download it again.',
        );
      yield { id, wire, at, end: at + size, value: 0 };
      at += size;
    }
  }
}

/** Reads the pieces and add_dummy_prefix of a SentencePiece ModelProto. Throws FileError if it is malformed. */
export function readSentencePiece(bytes: Uint8Array): { pieces: Piece[]; addSpacePrefix: boolean } {
  const pieces: Piece[] = [];
  let addSpacePrefix = true;
  for (const field of fields(bytes)) {
    const body = bytes.subarray(field.at, field.end);
    if (field.id === 1 && field.wire === 2) {
      let text = '';
      let score = 0;
      let type = 1;
      for (const f of fields(body)) {
        // A field of another wire type, or a kind that nobody knows, is no field of ours: protobuf passes over it.
        if (f.id === 1 && f.wire === 2) text = decodeUtf8(body.subarray(f.at, f.end));
        else if (f.id === 2 && f.wire === 5)
          score = new DataView(body.buffer, body.byteOffset + f.at, 4).getFloat32(0, true);
        else if (f.id === 3 && f.wire === 0 && f.value >= 1 && f.value <= LAST_TYPE) type = f.value;
      }
      if (!Number.isFinite(score))
        throw new FileError(
          `tokenizer.model: the score of piece ${pieces.length} is ${score}, expected a finite number.`,
          'Download it again.',
        );
      pieces.push({ text, score, type });
    } else if (field.id === 3 && field.wire === 2) {
      for (const f of fields(body)) if (f.id === 3 && f.wire === 0) addSpacePrefix = f.value !== 0;
    }
  }
  if (pieces.length === 0) throw new FileError('tokenizer.model holds no pieces.', 'Download it again.');
  return { pieces, addSpacePrefix };
}
