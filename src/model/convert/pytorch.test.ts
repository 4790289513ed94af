import { describe, expect, test } from 'vitest';
import { memorySource } from '../../files/byte-source';
import type { ModelFile } from '../../files/model-file';
import { openModel } from '../../pipeline/open';
import { asPyTorch } from '../../testing/pytorch/as-pytorch';
import type { NamedBytes } from '../../testing/safetensors-file';
import { huggingFaceFolder } from '../../testing/tiny-folder';
import { testSandbox } from '../../testing/text/sandbox';
import { SMALL } from '../../../bench/models/tiny-llama';

const opened = (files: readonly NamedBytes[]): Promise<ModelFile> =>
  openModel(
    files.map((f) => memorySource(f.path, f.bytes)),
    'tiny',
    {},
    { sandbox: testSandbox },
  );
const contents = async (model: ModelFile) => {
  const tensors = await Promise.all(
    model.tensors.map(async (t) => [t.name, t.type.label, t.shape, await t.read(0, t.sizeBytes)] as const),
  );
  return { metadata: [...model.metadata], tensors };
};

describe.each(['F16', 'F32', 'BF16'] as const)('a folder of torch.save in %s', (type) => {
  const files = huggingFaceFolder({ ...SMALL, type });
  test('is the model that its safetensors are, tensor by tensor', async () => {
    const torch = await asPyTorch(files);
    expect(torch.some((f) => f.path.endsWith('.safetensors'))).toBe(false);
    const [one, other] = [await opened(files), await opened(torch)];
    expect(other.container).toBe('PyTorch');
    expect(await contents(other)).toEqual(await contents(one));
  });
});

test('safetensors are taken where both are there; what training leaves is none of the weights', async () => {
  const files = huggingFaceFolder({ ...SMALL, type: 'F16' });
  const torch = await asPyTorch(files);
  const folder = files[0]!.path.split('/').slice(0, -1).join('/');
  const at = (name: string) => (folder ? `${folder}/${name}` : name);
  const training = ['optimizer.pt', 'training_args.bin', 'rng_state.pth', 'scheduler.pt'].map((name) => ({
    path: at(name),
    bytes: new Uint8Array(8),
  }));
  expect((await opened([...files, ...torch.filter((f) => f.path.endsWith('.bin'))])).container).toBe(
    'safetensors',
  );
  expect((await opened([...torch, ...training])).container).toBe('PyTorch');
});

test('a shard that is missing is named', async () => {
  const torch = await asPyTorch(huggingFaceFolder({ ...SMALL, type: 'F16' }));
  const shards = torch.filter((f) => f.path.endsWith('.bin'));
  const index = torch.some((f) => f.path.endsWith('.index.json'));
  expect(shards.length > 1).toBe(index);
  if (shards.length > 1)
    await expect(opened(torch.filter((f) => f !== shards[1]))).rejects.toThrow(/weight files are missing/);
});
