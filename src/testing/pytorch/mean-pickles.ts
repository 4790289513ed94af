// Pickles that want more than tensors, or say what is not so: each must be refused, and nothing called for it.
import { type Field, group, raw, u16, u32, u64, u8 } from '../fuzz/fields';
import { opsOf, type Python, pickleOf, type StorageFile, tensorOf } from './pickle-writer';

const encoder = new TextEncoder();
const op = (code: number, ...operands: Field[]) => group(u8(code), ...operands);
const line = (value: string): Field => raw(encoder.encode(`${value}\n`));
const [PROTO2, PROTO4, STOP] = [op(0x80, u8(2)), op(0x80, u8(4)), op(0x2e)];
const [MARK, TUPLE, TUPLE1, REDUCE, BUILD] = [op(0x28), op(0x74), op(0x85), op(0x52), op(0x62)];
const short = (value: string) => op(0x8c, u8(encoder.encode(value).length), raw(encoder.encode(value)));
const command = opsOf('echo pickle-payload-ran');
const global = (module: string, name: string) => op(0x63, line(module), line(name));
const STACK_GLOBAL = op(0x93);

const storage: StorageFile = { key: '0', kind: 'FloatStorage', count: 4, bytes: new Uint8Array(16) };
const good = tensorOf(storage, 0, [2, 2], [2, 1]);
const dictOf = (...pairs: (readonly [Python, Python])[]): Python => ({ dict: pairs, ordered: true });
const rebuild = (...args: readonly Python[]): Python =>
  dictOf(['w', { call: 'torch._utils._rebuild_tensor_v2', args }]);
const persistent = (...id: readonly Python[]): Python =>
  rebuild({ persistent: id }, 0, { tuple: [2, 2] }, { tuple: [2, 1] });
const called = (name: string, args: readonly Python[] = ['x']): Python =>
  dictOf(['w', good], ['x', { call: name, args }]);
const DEPTH = 100_000;
const [deep, closed] = [0x5d, 0x61].map((code) => raw(new Uint8Array(DEPTH).fill(code)));

/** Pickles by what they try. */
export const meanPickles: Readonly<Record<string, Field>> = {
  'os.system by GLOBAL': group(PROTO2, global('os', 'system'), MARK, ...command, TUPLE, REDUCE, STOP),
  'nt.system': pickleOf(called('nt.system')),
  'subprocess.Popen': pickleOf(called('subprocess.Popen')),
  'builtins.exec': pickleOf(called('builtins.exec')),
  '__builtin__.eval of Python 2': pickleOf(called('__builtin__.eval')),
  'builtins.getattr on an allowed class': pickleOf(
    called('builtins.getattr', [{ global: 'collections.OrderedDict' }, 'fromkeys']),
  ),
  'importlib.import_module': pickleOf(called('importlib.import_module', ['os'])),
  'pickle.loads of bytes': pickleOf(called('pickle.loads')),
  'torch.load of a URL': pickleOf(called('torch.load', ['http://127.0.0.1/x'])),
  'torch.hub.load': pickleOf(called('torch.hub.load')),
  'torch.jit.load': pickleOf(called('torch.jit.load')),
  'webbrowser.open': pickleOf(called('webbrowser.open')),
  'numpy scalars': pickleOf(called('numpy.core.multiarray.scalar')),
  'argparse.Namespace of a training program': pickleOf(called('argparse.Namespace', [])),
  'a longer name that begins with an allowed one': pickleOf(
    called('torch._utils._rebuild_tensor_v2_and_more'),
  ),
  'a class in another module of the same name': pickleOf(called('os.OrderedDict', [])),
  'a name with a newline in the module': group(
    PROTO4,
    short('collections\nos'),
    short('system'),
    STACK_GLOBAL,
    STOP,
  ),
  'a name that is a number': group(PROTO4, op(0x4b, u8(1)), op(0x4b, u8(2)), STACK_GLOBAL, STOP),
  'a path of attributes by STACK_GLOBAL': group(
    PROTO4,
    short('collections'),
    short('OrderedDict.__init__.__globals__'),
    STACK_GLOBAL,
    STOP,
  ),
  'a constructor of JavaScript': pickleOf(called('constructor.constructor')),
  'a prototype of JavaScript': pickleOf(called('__proto__.toString')),
  INST: group(PROTO2, MARK, ...command, op(0x69, line('os'), line('system')), STOP),
  'OBJ of an allowed class': group(PROTO2, MARK, global('collections', 'OrderedDict'), op(0x6f), STOP),
  'NEWOBJ of an allowed class': group(PROTO2, global('collections', 'OrderedDict'), op(0x29), op(0x81), STOP),
  NEWOBJ_EX: group(PROTO4, global('collections', 'OrderedDict'), op(0x29), op(0x7d), op(0x92), STOP),
  'EXT2 and EXT4': group(PROTO2, op(0x83, u16(7)), op(0x84, u32(7)), STOP),
  PERSID: group(PROTO2, op(0x50, line('x')), STOP),
  'BUILD on a tensor': group(
    PROTO2,
    ...opsOf(good),
    ...opsOf({ dict: [['__setstate__', 'x']] }),
    BUILD,
    STOP,
  ),
  'BUILD on a class': group(PROTO2, global('collections', 'OrderedDict'), op(0x7d), BUILD, STOP),
  'a call of a text': group(PROTO2, ...opsOf('os.system'), op(0x29), REDUCE, STOP),
  'a call of a storage class': pickleOf(called('torch.FloatStorage', [4])),
  'a call without a tuple': group(PROTO2, global('collections', 'OrderedDict'), op(0x4e), REDUCE, STOP),
  'a READONLY_BUFFER': group(op(0x80, u8(5)), op(0x98), STOP),
  'a BYTEARRAY8': group(op(0x80, u8(5)), op(0x96, u64(2 ** 40)), STOP),
  'a frozen set': group(PROTO4, MARK, op(0x91), STOP),
  'text of protocol 0': group(op(0x49, line('1')), STOP),
  'protocol 6': group(op(0x80, u8(6)), op(0x7d), STOP),
  'a frame beyond the file': group(PROTO4, op(0x95, u64(2 ** 40)), op(0x7d), STOP),
  'a text longer than the file': group(PROTO2, op(0x58, u32(0x7fffffff), raw(encoder.encode('a'))), STOP),
  'a text of 2^62 bytes': group(PROTO4, op(0x8d, u64(2n ** 62n), raw(encoder.encode('a'))), STOP),
  'an integer of 200 bytes': group(PROTO2, op(0x8a, u8(200), raw(new Uint8Array(200))), STOP),
  'a memo of 2^31': group(PROTO2, op(0x7d), op(0x72, u32(0x7fffffff)), STOP),
  'a value that was never kept': group(PROTO2, op(0x68, u8(3)), STOP),
  'lists in lists': group(PROTO2, op(0x5d), deep!, closed!, STOP),
  'a key twice': pickleOf(dictOf(['w', good], ['w', good])),
  'items without a value': group(PROTO2, op(0x7d), MARK, ...opsOf('a'), op(0x75), STOP),
  'two values at the end': group(PROTO2, op(0x7d), op(0x7d), STOP),
  'no value at the end': group(PROTO2, STOP),
  'no STOP': group(PROTO2, op(0x7d)),
  'a mark as a value': group(PROTO2, MARK, TUPLE1, STOP),
  'no storage': pickleOf(rebuild('0', 0, { tuple: [2] }, { tuple: [1] })),
  'a storage of a class that is none': pickleOf(
    persistent('storage', { global: 'collections.OrderedDict' }, '0', 'cpu', 4),
  ),
  'a module for a storage': pickleOf(persistent('module', { global: 'torch.FloatStorage' }, '0', 'cpu', 4)),
  'a storage of -1 elements': pickleOf(
    persistent('storage', { global: 'torch.FloatStorage' }, '0', 'cpu', -1),
  ),
  'a view of a storage': pickleOf(
    persistent('storage', { global: 'torch.FloatStorage' }, '0', 'cpu', 4, { tuple: ['1', 0, 4] }),
  ),
  'a tensor beyond its storage': pickleOf(dictOf(['w', tensorOf(storage, 1, [2, 2], [2, 1])])),
  'a negative offset': pickleOf(dictOf(['w', tensorOf(storage, -1, [2, 2], [2, 1])])),
  'a stride of -1': pickleOf(dictOf(['w', tensorOf(storage, 3, [4], [-1])])),
  'a size of 2^60': pickleOf(dictOf(['w', tensorOf(storage, 0, [2 ** 40, 2 ** 20], [0, 0])])),
  'more strides than sizes': pickleOf(dictOf(['w', tensorOf(storage, 0, [2], [2, 1])])),
  'twenty dimensions': pickleOf(dictOf(['w', tensorOf(storage, 0, Array(20).fill(1), Array(20).fill(1))])),
  'a parameter of a text': pickleOf(dictOf(['w', { call: 'torch._utils._rebuild_parameter', args: ['x'] }])),
};
