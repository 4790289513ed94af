import { _SHA256 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';

/** A SHA-256 between two updates, as JSON keeps it. */
export interface HashState {
  /** The eight words of the state, 32 bits each. */
  readonly words: readonly number[];
  /** Bytes hashed so far. */
  readonly sizeBytes: number;
  /** Bytes of the block that is not full yet, in hexadecimal. */
  readonly tail: string;
}

/** SHA-256 whose state can be saved and gone on from: the hash of a file that is written in more than one visit. */
export class ResumableSha256 extends _SHA256 {
  /** Goes on where `state` was taken. */
  static from(state: HashState): ResumableSha256 {
    const hash = new ResumableSha256();
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state.words;
    hash.set(a, b, c, d, e, f, g, h);
    const tail = hexToBytes(state.tail);
    hash.buffer.set(tail);
    hash.pos = tail.length;
    hash.length = state.sizeBytes;
    return hash;
  }
  /** The state after all updates so far. */
  state(): HashState {
    const words = this.get().map((word) => word >>> 0);
    return { words, sizeBytes: this.length, tail: bytesToHex(this.buffer.slice(0, this.pos)) };
  }
  /** The digest in lower-case hexadecimal. Nothing can be added after it. */
  hex(): string {
    return bytesToHex(this.digest());
  }
}

/** True where both come from the same bytes. */
export const isSameState = (a: HashState, b: HashState): boolean =>
  a.sizeBytes === b.sizeBytes && a.tail === b.tail && a.words.every((word, i) => word === b.words[i]);
