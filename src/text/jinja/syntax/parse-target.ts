import type { Target } from './ast';
import type { TokenStream } from './token-stream';

/** Names that are values. */
export const CONSTANTS: Readonly<Record<string, boolean | null>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
};

/** The left side of an assignment or loop; `end` is a name that ends it. */
export function parseTarget(stream: TokenStream, end = ''): Target {
  const items: Target[] = [];
  let isTuple = false;
  for (;;) {
    if (items.length > 0) {
      if (!stream.skip('operator', ',')) break;
      isTuple = true;
    }
    if (stream.is('block end') || stream.is('operator', ')') || (end !== '' && stream.isName(end))) break;
    if (stream.skip('operator', '(')) {
      items.push(parseTarget(stream));
      stream.expect('operator', ')');
      continue;
    }
    const name = stream.expect('name').value;
    if (name in CONSTANTS) stream.fail(`can't assign to '${name}'`);
    if (stream.skip('operator', '.'))
      items.push({ kind: 'namespace', name, attribute: stream.expect('name').value });
    else items.push({ kind: 'name', name });
  }
  if (!isTuple && items.length === 1) return items[0]!;
  if (items.length === 0) stream.fail(`expected a name, got ${stream.shown}`);
  return { kind: 'tuple', items };
}
