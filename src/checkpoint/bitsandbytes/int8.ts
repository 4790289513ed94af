import { UnsupportedError } from '../../util/errors';
import { lazyWeight } from '../parts/lazy-weight';
import { consecutiveGroups, int8 } from '../parts/planes';
import { readFloats, readRowBytes } from '../parts/small-floats';
import { BYTES, type Stored } from '../parts/stored';

/** Puts the weight of a module in the place of its LLM.int8 codes. */
export async function int8Rows(stored: Stored, module: string): Promise<void> {
  const name = `${module}.weight`;
  const codes = stored.matrix(name, `${module}.SCB`, BYTES);
  const [rows, cols] = codes.shape;
  const largest = stored.take(`${module}.SCB`, name, {
    dtypes: ['F32'],
    shape: [rows],
    because: 'one for each row',
  });
  const format = stored.maybe(`${module}.weight_format`, { dtypes: BYTES, shape: [], because: 'one number' });
  const order = format ? (await format.read(0, 1))[0]! : 0;
  if (order !== 0)
    throw new UnsupportedError(
      `${stored.label}: tensor "${format!.name}" is ${order}, the order of a kernel; expected 0, which is row by row.`,
      'Save the model again with a newer version of bitsandbytes, or take the checkpoint that it was made from.',
    );
  stored.make(
    name,
    lazyWeight({
      name,
      shape: codes.shape,
      piece: cols,
      codec: int8,
      planes: async (from, to, signal) => ({
        codes: (await readRowBytes(codes, from, to, signal)).map((b) => b ^ 128),
        cols,
        groups: 1,
        groupOf: consecutiveGroups(cols, cols),
        scales: await readFloats(largest, from, to, signal),
      }),
    }),
  );
}
