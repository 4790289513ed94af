// Opcodes of pickles. Source: CPython, Lib/pickletools.py.
import { Machine } from './machine';
import { type Pickle, PickleBytes, PickleDict, PickleList, type PickleOptions, PickleTuple } from './values';

const MAX_PROTOCOL = 5;
const STOP = 0x2e;

const OPCODES: Readonly<Record<number, (m: Machine) => void>> = {
  0x80: (m) => {
    const version = m.u8();
    if (version > MAX_PROTOCOL) m.bad(`protocol ${version}, expected at most ${MAX_PROTOCOL}`);
  },
  0x95: (m) => m.frame(),
  // Values.
  0x4e: (m) => m.push(null),
  0x88: (m) => m.push(true),
  0x89: (m) => m.push(false),
  0x4a: (m) => m.push(m.i32()),
  0x4b: (m) => m.push(m.u8()),
  0x4d: (m) => m.push(m.u16()),
  0x8a: (m) => m.push(m.integer(m.u8())),
  0x8b: (m) => m.push(m.integer(m.u32())),
  0x47: (m) => m.push(m.f64()),
  0x58: (m) => m.push(m.text(m.u32())),
  0x8c: (m) => m.push(m.text(m.u8())),
  0x8d: (m) => m.push(m.text(m.u64())),
  0x55: (m) => m.push(m.text(m.u8())),
  0x54: (m) => m.push(m.text(m.u32())),
  0x43: (m) => m.push(new PickleBytes(m.some(m.u8()))),
  0x42: (m) => m.push(new PickleBytes(m.some(m.u32()))),
  0x8e: (m) => m.push(new PickleBytes(m.some(m.u64()))),
  0x5d: (m) => m.push(new PickleList()),
  0x7d: (m) => m.push(new PickleDict()),
  0x29: (m) => m.push(new PickleTuple([])),
  // The stack.
  0x28: (m) => m.mark(),
  0x30: (m) => void m.pop(),
  0x31: (m) => void m.popMark(),
  0x32: (m) => m.push(m.top()),
  // Containers.
  0x61: (m) => m.append([m.pop()]),
  0x65: (m) => m.append(m.popMark()),
  0x73: (m) => {
    const value = m.pop();
    m.setItems([m.pop(), value]);
  },
  0x75: (m) => m.setItems(m.popMark()),
  0x74: (m) => m.push(new PickleTuple(m.popMark())),
  0x85: (m) => m.popTuple(1),
  0x86: (m) => m.popTuple(2),
  0x87: (m) => m.popTuple(3),
  0x6c: (m) => {
    const values = m.popMark();
    m.push(new PickleList());
    m.append(values);
  },
  0x64: (m) => {
    const values = m.popMark();
    m.push(new PickleDict());
    m.setItems(values);
  },
  // The memo.
  0x71: (m) => m.put(m.u8()),
  0x72: (m) => m.put(m.u32()),
  0x94: (m) => m.memoize(),
  0x68: (m) => m.get(m.u8()),
  0x6a: (m) => m.get(m.u32()),
  // Names, and what is made for them.
  0x63: (m) => {
    const module = m.line();
    m.global(module, m.line());
  },
  0x93: (m) => {
    const name = m.pop();
    m.global(m.pop(), name);
  },
  0x52: (m) => m.reduce(),
  0x62: (m) => m.build(),
  0x51: (m) => m.persistent(),
};

/** Opcodes that are refused, by what they would do. */
const REFUSED: Readonly<Record<number, string>> = {
  0x69: 'INST calls a class',
  0x6f: 'OBJ calls a class',
  0x81: 'NEWOBJ makes an object of a class',
  0x92: 'NEWOBJ_EX makes an object of a class',
  0x82: 'EXT1 takes a class of a registry',
  0x83: 'EXT2 takes a class of a registry',
  0x84: 'EXT4 takes a class of a registry',
  0x96: 'BYTEARRAY8 makes a buffer',
  0x97: 'NEXT_BUFFER takes a buffer from outside of the file',
  0x98: 'READONLY_BUFFER takes a buffer from outside of the file',
  0x50: 'PERSID takes an object by a line of text',
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
