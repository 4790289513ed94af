// bitsandbytes. Weights of 4 bits, NF4 or FP4, of n values:
//   weight              U8 [n/2, 1], or the same bytes as another type of storage; the first code in the high half of a byte
//   weight.absmax       F32 [n/64]; nested: U8, with weight.nested_quant_map F32 [256] and weight.nested_absmax F32
//   weight.quant_map    F32 [16], the values of codes. FP4 is not E2M1: the table says it
//   weight.quant_state.bitsandbytes__nf4   JSON: shape, blocksize, nested_blocksize, nested_offset
// weight = value * absmax; nested: absmax = nested_quant_map[u8] * nested_absmax + nested_offset. Blocks run over the flat weight
// and cross rows. LLM.int8: weight I8 [out, in], SCB F32 [out], weight_format U8 []: weight = (code * SCB) * (1/127).
// Source: bitsandbytes 95f9af30, functional.py and backends/default/ops.py.
import type { Method } from '../method';
import { isRecord } from '../../files/json';
import { Settings } from '../parts/settings';
import type { Stored } from '../parts/stored';
import { fourBitBlocks } from './four-bit';
import { int8Rows } from './int8';

const STATE = '.quant_state.bitsandbytes__';

async function read(stored: Stored): Promise<string> {
  const levels = new Set<string>();
  for (const kind of ['nf4', 'fp4'])
    for (const name of stored.modules(STATE + kind)) {
      levels.add(kind.toUpperCase());
      await fourBitBlocks(stored, name, STATE + kind);
    }
  for (const module of stored.modules('.SCB')) {
    levels.add('LLM.int8');
    await int8Rows(stored, module);
  }
  return levels.size > 0 ? [...levels].join(' and ') : 'bitsandbytes';
}

export const bitsandbytes: Method = {
  names: ['bitsandbytes'],
  find({ label, config: { quantization_config: found } }) {
    const isOurs = isRecord(found) && (found.load_in_4bit === true || found.load_in_8bit === true);
    return isOurs ? new Settings(found, `${label}: config.json: quantization_config`) : undefined;
  },
  read,
};
