// A checkpoint is complete or refused.
import { describe, expect, test } from 'vitest';
import { TINY } from '../../../bench/models/tiny-llama';
import { memorySource } from '../../files/byte-source';
import { openTestModel } from '../../testing/text/sandbox';
import { restored } from '../../testing/files/stored';
import { checkpointFiles, recipes } from '../../testing/checkpoints';
import { jsonFile, type NamedBytes, type StoredTensor } from '../../testing/safetensors-file';
import { huggingFaceFolder } from '../../testing/tiny-folder';
import { bytesOf } from '../../util/bytes';
import { NibbleError } from '../../util/errors';

const INDEX = 'tiny/model.safetensors.index.json';
const shape = { ...TINY, width: 64, ffn: 96 };
const open = (files: readonly NamedBytes[]) =>
  openTestModel(
    files.map((f) => memorySource(f.path, f.bytes)),
    'tiny',
  );
/** The folder with the tensors of every weight file edited. */
const edited = (
  files: readonly NamedBytes[],
  edit: (t: readonly StoredTensor[]) => readonly StoredTensor[],
) =>
  Promise.all(files.map((f) => (f.path.endsWith('.safetensors') ? restored(f, edit) : Promise.resolve(f))));
const without = (name: string) => (tensors: readonly StoredTensor[]) =>
  tensors.filter((t) => t.name !== name);
/** The folder in three files, with an index that was edited. */
function indexed(edit: (map: Record<string, unknown>) => unknown): NamedBytes[] {
  return huggingFaceFolder(shape, 3).map((f) => {
    if (f.path !== INDEX) return f;
    const { weight_map } = JSON.parse(Buffer.from(f.bytes).toString()) as {
      weight_map: Record<string, unknown>;
    };
    return jsonFile(INDEX, edit(weight_map));
  });
}

describe('the index and the files', () => {
  test('a tensor that the index names and no file holds is named, with its file', async () => {
    const files = await edited(huggingFaceFolder(shape, 3), without('lm_head.weight'));
    await expect(open(files)).rejects.toThrow(
      /index\.json and the weight files do not hold the same tensors\. In the index, but in no weight file \(1\): lm_head\.weight \(of model-0000\d-of-00003\.safetensors\)/,
    );
  });
  test('a tensor that a file holds and the index lacks is named, with its file', async () => {
    const files = indexed(({ 'lm_head.weight': _, ...rest }) => ({ weight_map: rest }));
    await expect(open(files)).rejects.toThrow(
      /In a weight file, but not in the index \(1\): lm_head\.weight \(in model-0000\d-of-00003\.safetensors\)/,
    );
  });
  test('a tensor that lies in another file than the index says is read, as the reference converter reads it', async () => {
    const files = indexed((map) => {
      const file = map['lm_head.weight'] === 'model-00001-of-00003.safetensors' ? 2 : 1;
      return { weight_map: { ...map, 'lm_head.weight': `model-0000${file}-of-00003.safetensors` } };
    });
    expect((await open(files)).tensors.map((t) => t.name)).toContain('output.weight');
  });
  test('an index that is none is refused', async () => {
    await expect(open(indexed(() => ({})))).rejects.toThrow(/index\.json has no "weight_map"/);
    await expect(open(indexed((map) => ({ weight_map: Object.keys(map) })))).rejects.toThrow(
      /no "weight_map"/,
    );
    await expect(open(indexed((map) => ({ weight_map: { ...map, x: 3 } })))).rejects.toThrow(
      /"weight_map" has 3 for "x", expected the name of a file/,
    );
  });
  test('a tensor in two files is refused with both names', async () => {
    const [first, second, ...rest] = huggingFaceFolder(shape, 3).filter((f) => f.path !== INDEX);
    let taken: StoredTensor[] = [];
    await restored(first!, (t) => (taken = [t[0]!]));
    const double = await restored(second!, (t) => [...t, ...taken]);
    await expect(open([first!, double, ...rest])).rejects.toThrow(
      /model-00002-of-00003\.safetensors: tensor "[^"]+" is in model-00001-of-00003\.safetensors, too/,
    );
  });
  test('a tensor twice in the header of a file is refused', async () => {
    const header =
      '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}';
    const bytes = new Uint8Array(8 + header.length + 8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
    bytes.set(Buffer.from(header), 8);
    const files = huggingFaceFolder(shape).filter((f) => !f.path.endsWith('.safetensors'));
    await expect(open([...files, { path: 'tiny/model.safetensors', bytes }])).rejects.toThrow(
      'tiny/model.safetensors: "a" is in the header twice',
    );
  });
});

describe('weights', () => {
  test('doubles become the float32 of the same checkpoint', async () => {
    const files = huggingFaceFolder({ ...shape, type: 'F32' });
    const doubles = await edited(files, (tensors) =>
      tensors.map((t) => {
        const values = Float64Array.from(new Float32Array(t.bytes.slice().buffer), (v) => v * (1 - 2 ** -30));
        return { ...t, dtype: 'F64', bytes: bytesOf(values) };
      }),
    );
    const [want, got] = [await open(files), await open(doubles)];
    expect(got.tensors.map((t) => t.type.label)).toEqual(want.tensors.map(() => 'F32'));
    for (const [i, t] of got.tensors.entries()) {
      const w = want.tensors[i]!;
      expect([t.name, t.shape, t.sizeBytes]).toEqual([w.name, w.shape, w.sizeBytes]);
      expect(Buffer.compare(await t.read(4, t.sizeBytes - 4), await w.read(4, w.sizeBytes - 4)), t.name).toBe(
        0,
      );
    }
  });
  test('a layer beyond those of config.json is refused', async () => {
    const files = await edited(huggingFaceFolder(shape), (tensors) =>
      tensors.map((t) => ({ ...t, name: t.name.replace('layers.1.', 'layers.7.') })),
    );
    await expect(open(files)).rejects.toThrow(
      /tensor "model\.layers\.7\.[^"]+" is of layer 7, but config\.json says 2 layers/,
    );
  });
});

describe('tensors that an architecture needs', () => {
  const ofRecipe = (name: string) => checkpointFiles(name, 'tiny');
  const namesOf = async (files: readonly NamedBytes[]) => {
    let names: string[] = [];
    await edited(files, (tensors) => {
      names = tensors.map((t) => t.name);
      return tensors;
    });
    return names;
  };
  test.each(Object.keys(recipes))('%s: any one that is missing is named', async (name) => {
    const files = ofRecipe(name);
    await expect(open(files)).resolves.toBeDefined();
    const unnoticed: string[] = [];
    for (const tensor of await namesOf(files)) {
      const error = await open(await edited(files, without(tensor))).catch((e: unknown) => e);
      const [, layer, path] = /(?:layers|h)\.(\d+)\.(.*)/.exec(tensor) ?? [];
      const said = layer === undefined ? tensor.replace(/^model\./, '') : `layer ${layer}, ${path}`;
      // Its class ties the head unless config.json says otherwise.
      if (name === 'smollm3' && tensor === 'lm_head.weight') continue;
      const text = error instanceof NibbleError ? error.message : '';
      if (!text.includes(tensor.includes('experts.') ? tensor : said)) unnoticed.push(`${tensor}: ${text}`);
    }
    expect(unnoticed).toEqual([]);
  });
  test.each(Object.keys(recipes))('%s: any one that all layers lack is named', async (name) => {
    const files = ofRecipe(name);
    const roles = new Set(
      (await namesOf(files)).flatMap((n) => /\b(?:layers|h)\.\d+\.(.*)/.exec(n)?.[1] ?? []),
    );
    const unnoticed: string[] = [];
    for (const role of roles) {
      if (role.includes('experts.')) continue;
      const cut = await edited(files, (tensors) => tensors.filter((t) => !t.name.endsWith(`.${role}`)));
      const error = await open(cut).catch((e: unknown) => e);
      if (!(error instanceof NibbleError)) unnoticed.push(role);
    }
    expect(unnoticed).toEqual([]);
  });
  test('a head that config.json ties to the embedding, and a body without a head, are whole', async () => {
    const withConfig = (extra: object) =>
      ofRecipe('qwen2').map((f) =>
        f.path.endsWith('/config.json')
          ? jsonFile(f.path, { ...(JSON.parse(Buffer.from(f.bytes).toString()) as object), ...extra })
          : f,
      );
    const headless = (extra: object) => edited(withConfig(extra), without('lm_head.weight'));
    await expect(open(await headless({ tie_word_embeddings: true }))).resolves.toBeDefined();
    await expect(open(await headless({ architectures: ['Qwen2Model'] }))).resolves.toBeDefined();
    for (const extra of [{}, { tie_word_embeddings: false }]) {
      const error = (await open(await headless(extra)).catch((e: unknown) => e)) as NibbleError;
      expect(error.message).toBe(
        'tiny: a Qwen2 with 2 layers has tensors that the weight files lack (1): lm_head.weight (output.weight).',
      );
      expect(error.hint).toMatch(/"tie_word_embeddings": true/);
    }
  });
});
