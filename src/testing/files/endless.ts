import { expect } from 'vitest';
import type { ByteSource } from '../../files/byte-source';
import { NibbleError } from '../../util/errors';

const MIB = 1 << 20;

/** A file that begins with `head` and goes on with one byte, without being held anywhere. */
export function endless(name: string, head: Uint8Array, sizeBytes: number, fill = 0) {
  let [largest, total] = [0, 0];
  const source: ByteSource = {
    name,
    sizeBytes,
    read(start, end) {
      largest = Math.max(largest, end - start);
      total += end - start;
      if (end - start > 64 * MIB) return Promise.reject(new Error(`read ${end - start} bytes at once`));
      const out = new Uint8Array(end - start).fill(fill);
      if (start < head.length) out.set(head.subarray(start, Math.min(end, head.length)));
      return Promise.resolve(out);
    },
  };
  return { source, read: () => ({ largest, total }) };
}

/** Refused by a NibbleError that names the file, having read little and held less than 64 MiB. */
export async function refused(work: () => Promise<unknown>, name: string): Promise<string> {
  const held = () => {
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const before = held();
  const started = performance.now();
  const error = await work().then(
    () => new Error('taken'),
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(NibbleError);
  expect(held() - before).toBeLessThan(64 * MIB);
  expect(performance.now() - started).toBeLessThan(10_000);
  expect((error as NibbleError).message).toContain(name);
  return (error as NibbleError).message;
}
