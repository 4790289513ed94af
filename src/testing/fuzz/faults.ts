import type { Fault } from './bundle';

const of = (
  reader: string,
  file: string,
  ...pairs: readonly (readonly [from: string, to: string])[]
): Fault[] => pairs.map(([from, to]) => ({ reader, file, from, to }));

/** Faults that the fuzzers must notice, three and more for each reader. The text that one replaces is there exactly once. */
export const faults: readonly Fault[] = [
  ...of(
    'gguf',
    'src/files/gguf/header-reader.ts',
    ['return view.getInt16(at, true);', 'return view.getInt16(at, false);'],
    ['this.#at += length;', 'this.#at += length || 1;'],
    ['return view.getBigInt64(at, true);', 'return view.getBigInt64(at, false);'],
  ),
  ...of('gguf', 'src/files/gguf/write.ts', ['out.pad(alignment);', 'out.pad(32);']),
  ...of(
    'safetensors',
    'src/files/safetensors/read.ts',
    ['Number.isSafeInteger(v) && v >= 0', 'Number.isFinite(v)'],
    ['const start = dataStart + begin;', 'const start = dataStart + begin + 1;'],
    ['checkRanges(source, ranges);', ''],
  ),
  ...of('pytorch', 'src/files/pytorch/storage.ts', [
    'if (elements > 0 && !(last < storage.count))',
    'if (last < 0)',
  ]),
  ...of('pytorch', 'src/files/pytorch/strided.ts', ['index[d] = 0;', 'index[d] = 1;']),
  ...of('pytorch', 'src/files/pytorch/pickle/machine.ts', [
    'if (dict.entries.has(key))',
    'if (dict.entries.size < 0)',
  ]),
  ...of('pytorch', 'src/files/pytorch/read.ts', [
    'if (place.sizeBytes !== sizeBytes)',
    'if (place.sizeBytes < 0)',
  ]),
  ...of(
    'adapter',
    'src/checkpoint/lora/adapter.ts',
    ['expected.alpha / Math.sqrt(rank)', 'expected.alpha / rank'],
    ['const isTransposed = isEmbedding ||', 'const isTransposed = !isEmbedding &&'],
  ),
  ...of('adapter', 'src/checkpoint/lora/merge.ts', [
    'const factor = magnitude[row]! / Math.sqrt(squares);',
    'const factor = magnitude[row]! / squares;',
  ]),
  ...of(
    'sentencepiece',
    'src/model/convert/vocabulary/sentencepiece.ts',
    ['f.value >= 1 && f.value <= LAST_TYPE', 'f.value <= LAST_TYPE'],
    ['if (!Number.isFinite(score))', 'if (score > 1e9)'],
    [
      'if (f.id === 3 && f.wire === 0) addSpacePrefix = f.value !== 0;',
      'if (f.id === 3) addSpacePrefix = f.value === 0;',
    ],
  ),
  ...of(
    'tokenizer',
    'src/model/convert/vocabulary/token-list.ts',
    ['!Number.isInteger(id) || id < 0 || id >= this.size', 'id >= this.size'],
    ['this.types[id] = type;', 'this.types[id] = type + 4;'],
  ),
  ...of('tokenizer', 'src/model/convert/vocabulary/vocabulary.ts', ['isRecord(json.model.vocab);', 'true;']),
  ...of('config', 'src/model/hyperparameter-reader.ts', [
    'Number.isInteger(value) && value >= least && value <= most',
    'Number.isInteger(value) && value <= most',
  ]),
  ...of('config', 'src/model/convert/metadata/metadata-writer.ts', [
    'Number.isInteger(item) && item === (item | 0)',
    'true',
  ]),
  ...of('config', 'src/model/convert/metadata/metadata-writer.ts', [
    'Number.isInteger(value) && value >= 0 && value < 2 ** 32',
    'value < 2 ** 32',
  ]),
  ...of(
    'imatrix-dat',
    'src/files/imatrix.ts',
    ['!Number.isFinite(v) || v < 0', 'v < 0'],
    ['if (value < 0 || value > most)', 'if (value > most)'],
    ['if (values.length === 0) throw', 'if (values.length > 9e9) throw'],
  ),
  ...of(
    'imatrix-gguf',
    'src/files/imatrix.ts',
    ['!Number.isFinite(v) || v < 0', '!Number.isFinite(v)'],
    ['n > 0 ? out[i]! / n : 1', 'out[i]! / n + (n > 1 ? 0 : -1)'],
    ['if (!counts) throw wrong(', 'if (!counts) console.assert(true, '],
  ),
  ...of(
    'recipe',
    'src/evaluate/recipe.ts',
    ['if (seen.has(name))', 'if (seen.size > 999)'],
    ["if (typeof fileType !== 'string' || !fileTypeByLabel(fileType))", "if (typeof fileType !== 'string')"],
    ['Number.isFinite(x) && x >= 0', 'Number.isFinite(x)'],
  ),
  ...of(
    'report',
    'src/store/results/report.ts',
    ["typeof v === 'object' && v !== null ?", 'v !== undefined ?'],
    ['!Array.isArray(value) || value.length > MAX_RECORDS', 'value === null'],
    ["'speed.tokensPerSecond.median',", ''],
    ['list.length !== count ||', ''],
  ),
  ...of(
    'split',
    'src/files/gguf/split.ts',
    ['for (const key of KEYS) out.delete(key);', ''],
    ['if (missing.length > 0)', 'if (missing.length > 99)'],
    ['if (twice)', 'if (twice && files.length > 99)'],
  ),
  ...of(
    'hub',
    'src/files/hub/http.ts',
    ['Number(match[1]) !== at || total !== size', 'total !== size'],
    ['skip -= chunk.length - fresh.length;', ''],
    ['if (answer && at < end) await backoff.wait(answer);', 'if (at > before) return out;'],
  ),
  ...of('folder', 'src/model/convert/checkpoint/place.ts', [
    'if (expert >= this.#count)',
    'if (expert > this.#count + 99)',
  ]),
  ...of('folder', 'src/model/convert/checkpoint/checkpoint.ts', [
    'if (holder !== undefined)',
    'if (holder === 1 as never)',
  ]),
  ...of('folder', 'src/files/gguf/write.ts', ['out.pad(alignment);', 'out.pad(8);']),
  ...of(
    'quantized-checkpoint',
    'src/checkpoint/gptq/weight.ts',
    ['words[i]! += one;', 'words[i]! |= one;'],
    ['found.findIndex((g) => g >= groups)', 'found.findIndex((g) => g > groups)'],
  ),
  ...of('quantized-checkpoint', 'src/checkpoint/parts/stored.ts', [
    'String(tensor.shape) === String(shape)',
    'tensor.shape.length === shape.length',
  ]),
  ...of('quantized-checkpoint', 'src/checkpoint/parts/lazy-weight.ts', [
    'const last = Math.ceil(end / 4 / piece);',
    'const last = Math.floor(end / 4 / piece);',
  ]),
  ...of('quantized-checkpoint', 'src/checkpoint/bitsandbytes/four-bit.ts', [
    'offset: Math.fround(offset)',
    'offset: Math.fround(offset * 1.0000001)',
  ]),
  ...of(
    'template',
    'src/text/jinja/python/operators.ts',
    ['return floors ? a / b - 1n : a / b;', 'return a / b;'],
    ["if (operator === '%') return floors ? rest + b : rest;", "if (operator === '%') return rest;"],
  ),
  ...of('template', 'src/text/jinja/builtins/access.ts', [
    'value.slice(start ?? 0, stop ?? value.length)',
    'value.slice(start ?? 0, value.length)',
  ]),
  ...of(
    'conversations',
    'src/store/chat/transfer.ts',
    ["if (typeof found !== 'string' || found.length > most)", 'if (found === undefined)'],
    ['if (message.parent !== null && !ids.has(message.parent))', 'if (message.parent === undefined)'],
    ['head: of(conversation.head) ?? of(messages.at(-1)?.id ?? null),', 'head: conversation.head,'],
  ),
];
