// Opcodes of pickles. Source: CPython, Lib/pickletools.py.
import { Machine } from './machine';
import { type Pickle, PickleBytes, PickleDict, PickleList, type PickleOptions, PickleTuple } from './values';

const MAX_PROTOCOL = 5;
const STOP = 0x2e;

const OPCODES: Readonly<Record<number, (m: Machine) => void>> = {
  128: (m) => {
    const version = m.u8();
    if (version > MAX_PROTOCOL) m.bad(`protocol ${version}, expected at most ${MAX_PROTOCOL}`);
  },
  149: (m) => m.frame(),
  // Values.
  78: (m) => m.push(null),
  136: (m) => m.push(true),
  137: (m) => m.push(false),
  74: (m) => m.push(m.i32()),
  75: (m) => m.push(m.u8()),
  77: (m) => m.push(m.u16()),
  138: (m) => m.push(m.integer(m.u8())),
  139: (m) => m.push(m.integer(m.u32())),
  71: (m) => m.push(m.f64()),
  88: (m) => m.push(m.text(m.u32())),
  140: (m) => m.push(m.text(m.u8())),
  141: (m) => m.push(m.text(m.u64())),
  85: (m) => m.push(m.text(m.u8())),
  84: (m) => m.push(m.text(m.u32())),
  67: (m) => m.push(new PickleBytes(m.some(m.u8()))),
  66: (m) => m.push(new PickleBytes(m.some(m.u32()))),
  142: (m) => m.push(new PickleBytes(m.some(m.u64()))),
  93: (m) => m.push(new PickleList()),
  125: (m) => m.push(new PickleDict()),
  41: (m) => m.push(new PickleTuple([])),
  // The stack.
  40: (m) => m.mark(),
  48: (m) => void m.pop(),
  49: (m) => void m.popMark(),
  50: (m) => m.push(m.top()),
  // Containers.
  97: (m) => m.append([m.pop()]),
  101: (m) => m.append(m.popMark()),
  115: (m) => {
    const value = m.pop();
    m.setItems([m.pop(), value]);
  },
  117: (m) => m.setItems(m.popMark()),
  116: (m) => m.push(new PickleTuple(m.popMark())),
  133: (m) => m.popTuple(1),
  134: (m) => m.popTuple(2),
  135: (m) => m.popTuple(3),
  108: (m) => {
    const values = m.popMark();
    m.push(new PickleList());
    m.append(values);
  },
  100: (m) => {
    const values = m.popMark();
    m.push(new PickleDict());
    m.setItems(values);
  },
  // The memo.
  113: (m) => m.put(m.u8()),
  114: (m) => m.put(m.u32()),
  148: (m) => m.memoize(),
  104: (m) => m.get(m.u8()),
  106: (m) => m.get(m.u32()),
  // Names, and what is made for them.
  99: (m) => {
    const module = m.line();
    m.global(module, m.line());
  },
  147: (m) => {
    const name = m.pop();
    m.global(m.pop(), name);
  },
  82: (m) => m.reduce(),
  98: (m) => m.build(),
  81: (m) => m.persistent(),
};

/** Opcodes that are refused, by what they would do. */
const REFUSED: Readonly<Record<number, string>> = {
  105: 'INST calls a class',
  111: 'OBJ calls a class',
  129: 'NEWOBJ makes an object of a class',
  146: 'NEWOBJ_EX makes an object of a class',
  130: 'EXT1 takes a class of a registry',
  131: 'EXT2 takes a class of a registry',
  132: 'EXT4 takes a class of a registry',
  150: 'BYTEARRAY8 makes a buffer',
  151: 'NEXT_BUFFER takes a buffer from outside of the file',
  152: 'READONLY_BUFFER takes a buffer from outside of the file',
  80: 'PERSID takes an object by a line of text',
};

/**
 * Reads a pickle of protocol 2 to 5 as data. Nothing is called but the makers that are handed in. Values are shared, not
 * copied, and nothing recurses, so that time and memory grow with the bytes alone. Throws UnsupportedError, which names what
 * a pickle wants beyond that, FileError, and PickleCutOff where bytes are missing.
 */
export function unpickle(bytes: Uint8Array<ArrayBuffer>, options: PickleOptions): Pickle {
  const machine = new Machine(bytes, options);
  for (;;) {
    const op = machine.next();
    if (op === STOP) return machine.end();
    const run = OPCODES[op];
    if (run) run(machine);
    else
      machine.refuse(
        REFUSED[op] ?? `opcode 0x${op.toString(16).padStart(2, '0')} is none that torch.save writes`,
      );
  }
}
