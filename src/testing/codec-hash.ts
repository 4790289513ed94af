import { createHash } from 'node:crypto';
import { alignmentOf } from '../files/gguf/metadata';
import { ggufHeader } from '../files/gguf/write';
import type { Plan } from '../model/plan';
import { formatByGgmlType } from '../quant/registry';
import { alignUp } from '../util/bytes';

/** The GGUF of a plan by the reference codec, without a GPU. */
export async function planBytes(plan: Plan): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [ggufHeader(plan.metadata, plan.tensors)];
  for (const t of plan.tensors) {
    const raw = await t.source.read(0, t.source.sizeBytes);
    const same = t.source.type.id === t.type.id;
    const decoded = () => formatByGgmlType(t.source.type.id)!.decode(raw);
    const bytes = same ? raw : formatByGgmlType(t.type.id)!.encode(decoded(), t.importance);
    parts.push(bytes, new Uint8Array(alignUp(bytes.length, alignmentOf(plan.metadata)) - bytes.length));
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** sha256 of that file, in hexadecimal. */
export const codecHash = async (plan: Plan): Promise<string> =>
  createHash('sha256')
    .update(await planBytes(plan))
    .digest('hex');
