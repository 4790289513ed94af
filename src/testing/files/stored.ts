import { memorySource } from '../../files/byte-source';
import { readSafetensors } from '../../files/safetensors/read';
import { type NamedBytes, safetensorsFile, type StoredTensor } from '../safetensors-file';

/** A safetensors file with other tensors than it had. */
export async function restored(
  file: NamedBytes,
  edit: (tensors: readonly StoredTensor[]) => readonly StoredTensor[],
): Promise<NamedBytes> {
  const tensors = await readSafetensors(memorySource(file.path, file.bytes));
  const stored = tensors.map(async ({ name, shape, type, sizeBytes, read }) => ({
    name,
    shape,
    dtype: type.label,
    bytes: await read(0, sizeBytes),
  }));
  return safetensorsFile(file.path, edit(await Promise.all(stored)));
}
