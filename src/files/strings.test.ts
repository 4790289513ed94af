// Strings that are not text survive every reader and writer to the bit.
import { describe, expect, test } from 'vitest';
import { TINY, tinyGguf, tinyMetadata } from '../../bench/models/tiny-llama';
import { openTestModel } from '../testing/text/sandbox';
import { planQuantization } from '../model/plan';
import { fileTypeByLabel } from '../quant/file-types';
import { matrixFingerprint } from '../studio/fingerprint';
import { imatrixDat, imatrixGguf } from '../testing/imatrix-files';
import { huggingFaceFolder } from '../testing/tiny-folder';
import { sentencePieceModel } from '../testing/tiny-tokenizers';
import { textOf } from '../text/text-stream';
import { createTokenizer } from '../text/tokenizer';
import { encodeUtf8, decodeUtf8 } from '../util/utf8';
import { memorySource } from './byte-source';
import { ggmlTypeByLabel } from './ggml-types';
import { arrayValue, getStrings, GgufType, type MetaValue, stringValue } from './gguf/metadata';
import { readGguf } from './gguf/read';
import { ggufHeader, ggufHeaderBytes } from './gguf/write';
import { type ImportanceMatrix, readImatrix } from './imatrix';
import { duplicateKey, parseJson } from './json';

/** Bytes that a decoder of text spoils: marks, NUL, cut characters, long forms, surrogates. */
const hostile = [
  '',
  '\ufeff',
  '\ufeff\ufeff<s>',
  'a\0b',
  '\0',
  ...[[0xff], [0xe2, 0x96], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0x80, 0x41, 0xf0, 0x9f]].map((bytes) =>
    decodeUtf8(Uint8Array.from(bytes)),
  ),
];
const hex = (text: string): string => Buffer.from(encodeUtf8(text)).toString('hex');

describe('strings are bytes', () => {
  test('in a GGUF: keys, values, arrays and names of tensors are read and written to the same header', async () => {
    const metadata = new Map<string, MetaValue>([
      ['list', arrayValue(GgufType.STRING, hostile)],
      ...hostile.map((text, i) => [`key ${i} ${text}`, stringValue(text)] as const),
    ]);
    const type = ggmlTypeByLabel('F32');
    const tensors = hostile.map((text, i) => ({ name: `${i}${text}`, shape: [8], type, sizeBytes: 32 }));
    const header = ggufHeader(metadata, tensors);
    expect(ggufHeaderBytes(metadata, tensors)).toBe(header.length);
    const file = new Uint8Array(header.length + 32 * tensors.length);
    file.set(header);
    const read = await readGguf(memorySource('m.gguf', file));
    expect(getStrings(read.metadata, 'list')!.map(hex)).toEqual(hostile.map(hex));
    expect(Buffer.compare(ggufHeader(read.metadata, read.tensors), header)).toBe(0);
  });
  test('in both forms of an importance matrix', async () => {
    // llama.cpp's names of tensors end at a NUL, and so would their endings.
    const names = hostile.filter((text) => !text.includes('\0'));
    const entries = new Map(names.map((text, i) => [`blk.${i}.${text}`, Float32Array.of(i, 2)] as const));
    const matrix: ImportanceMatrix = { label: 'it', datasets: ['\ufeff\udcff'], chunks: 3, entries };
    for (const bytes of [imatrixGguf(matrix), imatrixDat(matrix)]) {
      const read = await readImatrix(memorySource('it', bytes));
      expect([...read.entries.keys()].map(hex).sort()).toEqual([...entries.keys()].map(hex).sort());
      expect(read.datasets.map(hex)).toEqual(matrix.datasets.map(hex));
    }
    // Two names that differ only in a byte that is no text are two names.
    const one = (name: string) =>
      matrixFingerprint({ ...matrix, entries: new Map([[name, Float32Array.of(1)]]) });
    expect(one('\udcff')).not.toBe(one('\udcfe'));
  });
  test('in a SentencePiece model, which then is a GGUF with the same bytes', async () => {
    const pieces = ['<unk>', '\ufeff', '\ufeff\u2581', '\udce2\udc96', 'a\0', '\udcff'];
    const model = sentencePieceModel(pieces.map((text, i) => [text, -i, i === 0 ? 2 : 1] as const));
    const files = huggingFaceFolder({ ...TINY, vocabulary: pieces.length }).filter(
      (f) => !f.path.endsWith('tokenizer.json'),
    );
    const folder = [...files, { path: 'tiny/tokenizer.model', bytes: model }];
    const read = await openTestModel(
      folder.map((f) => memorySource(f.path, f.bytes)),
      'tiny',
    );
    expect(getStrings(read.metadata, 'tokenizer.ggml.tokens')!.map(hex)).toEqual(pieces.map(hex));
  });
  test('a token that is a mark has its own id, and comes back as a mark', () => {
    const metadata = new Map(tinyMetadata(TINY));
    const tokens = [...getStrings(metadata, 'tokenizer.ggml.tokens')!];
    tokens[290] = '\ufeff';
    metadata.set('tokenizer.ggml.tokens', arrayValue(GgufType.STRING, tokens));
    const tokenizer = createTokenizer('tiny', metadata);
    expect(tokenizer.encode('\ufeff', { addBos: false }).at(-1)).toBe(290);
    expect(textOf(tokenizer, [290, 290])).toBe('\ufeff\ufeff');
    expect([...tokenizer.bytes(290)]).toEqual([0xef, 0xbb, 0xbf]);
  });
  test('the name of a matrix in a file is cut at 127 bytes, as llama-quantize cuts it', async () => {
    const label = `${'a'.repeat(126)}é.gguf`;
    const model = await readGguf(memorySource('m.gguf', tinyGguf(TINY)));
    const matrix: ImportanceMatrix = { label, datasets: ['x\0y'], chunks: 0, entries: new Map() };
    const { metadata } = planQuantization(model, fileTypeByLabel('Q8_0')!, { importance: matrix });
    const bytes = encodeUtf8(metadata.get('quantize.imatrix.file')!.value as string);
    expect([...bytes.subarray(125)]).toEqual([0x61, 0xc3]);
    expect(metadata.get('quantize.imatrix.dataset')!.value).toBe('x');
  });
});

describe('JSON files', () => {
  const parse = (bytes: Uint8Array | string) => parseJson(Buffer.from(bytes), 'm/tokenizer.json').value;
  test('a mark in front changes nothing, one inside a string stays', () => {
    expect(parse('\ufeff{"a":"\ufeff"}')).toEqual({ a: '\ufeff' });
    expect(() => parse('\ufeff\ufeff{}')).toThrow(/m\/tokenizer\.json is no JSON/);
  });
  test('bytes that are not UTF-8 are refused with their place', () => {
    const bytes = Buffer.from('{"a":"?"}');
    bytes[6] = 0xff;
    expect(() => parse(bytes)).toThrow('m/tokenizer.json: byte 6 is not UTF-8, expected JSON in UTF-8.');
  });
  test('half a pair of surrogates is refused, as key and as value; a whole pair is a character', () => {
    expect(parse(String.raw`["\ud83d\udc4d", "\\ud800"]`)).toEqual(['\u{1f44d}', String.raw`\ud800`]);
    for (const text of [String.raw`{"a":["\ud83d"]}`, String.raw`{"\udcff":1}`, String.raw`["\udc4d\ud83d"]`])
      expect(() => parse(text)).toThrow(/m\/tokenizer\.json: an escape is half a surrogate pair/);
  });
  test('a key that stands twice in one object is found, also when it is written in two ways', () => {
    expect(duplicateKey('{"a":{"b":1},"c":[{"b":"a"},{"b":[]}],"d":{"a":"a"}}')).toBeUndefined();
    expect(duplicateKey('{"a":{"x":1,"b":["}","\\\\"],"x":2}}')).toBe('x');
    expect(duplicateKey(String.raw`{"a\"":1,"b":2,"\u0061\"":3}`)).toBe('a"');
    expect(duplicateKey('["a","a",{}]')).toBeUndefined();
  });
});
