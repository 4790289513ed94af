// Checkpoints of other quantizers of the reference collection, decoded on the GPU: every tensor as float32, bit for bit.
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Gpu } from '../gpu/gpu';
import { TensorPipeline } from '../pipeline/tensor-pipeline';
import { formatByLabel } from '../quant/registry';
import { testGpu } from './device';
import { formatCases, hasFormats, readFormat } from './reference/formats';

let gpu: Gpu;
beforeAll(async () => {
  if (hasFormats) gpu = await testGpu();
});

describe.runIf(hasFormats)('reference checkpoints on the GPU', () => {
  test.each(formatCases)('%s', async (name) => {
    const { tensors, expected } = await readFormat(name);
    const pipeline = await TensorPipeline.create(gpu, 1 << 18);
    for (const found of tensors.filter((t) => t.packed)) {
      // Only the packed form, but for scales so small that an adapter may flush what is made of them.
      const { read } = found;
      let asFloats = 0;
      const tensor = {
        ...found,
        shape: [...found.shape].reverse(),
        read: (...range: Parameters<typeof read>) => {
          asFloats++;
          return read(...range);
        },
      };
      const hash = createHash('sha256');
      for await (const part of pipeline.convert(tensor, formatByLabel('F32'), () => {})) hash.update(part);
      expect(hash.digest('hex'), found.name).toBe(expected[found.name]!.sha256);
      if (asFloats > 0)
        expect(name, found.name).toMatch(/^mlx\/(mx|mixed)|^compressed-tensors\/mxfp4|^mlx\/edge/);
    }
    pipeline.dispose();
  });
});
