import { isDeepStrictEqual } from 'node:util';
import { memorySource } from '../../../files/byte-source';
import { fromDat, type ImportanceMatrix } from '../../../files/imatrix';
import { oddTexts } from '../chooser';
import { checkValues, datFields, datOf, NAMES } from '../imatrix-fields';
import { fuzzer, rule, shownBytes } from '../reader';
import { mutatedFields } from './gguf';

export const reader = fuzzer<Uint8Array<ArrayBuffer>, ImportanceMatrix>({
  name: 'imatrix-dat',
  sources: ['src/files/imatrix.ts'],
  inputs: 1_000_000,
  make: (r) => mutatedFields(r, datFields(r), [...NAMES, ...oddTexts]),
  read: (bytes) => fromDat(memorySource('fuzz.dat', bytes)),
  check: async (_, matrix) => {
    checkValues(matrix);
    const copy = await fromDat(memorySource('again.dat', datOf(matrix)));
    rule(
      isDeepStrictEqual({ ...copy, label: matrix.label, datasets: [] }, { ...matrix, datasets: [] }),
      'the same in a .dat',
    );
  },
  show: shownBytes,
});
