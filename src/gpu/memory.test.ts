import { describe, expect, test } from 'vitest';
import { GpuMemory } from './memory';

/** A device that makes buffers and notes which are destroyed. */
function fakeMemory() {
  const destroyed: string[] = [];
  const device = {
    pushErrorScope: () => {},
    popErrorScope: () => Promise.resolve(null),
    createBuffer: ({ label }: { label: string }) => ({ destroy: () => destroyed.push(label) }),
  };
  return { memory: new GpuMemory(device as unknown as GPUDevice), destroyed };
}

describe('owners of buffers', () => {
  test('two of the same label do not release the buffers of each other', async () => {
    const { memory, destroyed } = fakeMemory();
    // Both are there before either holds a buffer, so that neither label gets a number.
    const [one, other] = [memory.owner('probe'), memory.owner('probe')];
    expect(other.label).toBe(one.label);
    await one.create('x', 100, 0);
    await other.create('y', 32, 0);
    expect([one.sizeBytes, other.sizeBytes]).toEqual([112, 32]);
    expect(memory.byOwner()).toEqual([{ owner: 'probe', sizeBytes: 144 }]);
    one.dispose();
    one.dispose();
    expect(destroyed).toEqual(['probe: x']);
    expect([one.sizeBytes, other.sizeBytes, memory.currentBytes]).toEqual([0, 32, 32]);
  });
  test.runIf('dispose' in Symbol)('`using` finds what to call', async () => {
    const { memory } = fakeMemory();
    const owner = memory.owner('scope');
    await owner.create('x', 16, 0);
    const { dispose } = Symbol as unknown as { readonly dispose: symbol };
    (owner as unknown as Record<symbol, () => void>)[dispose]!();
    expect(memory.currentBytes).toBe(0);
  });
});
