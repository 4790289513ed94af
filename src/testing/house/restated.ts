import { parseSync } from 'vite';

/** The members that an interface writes out, each with its type, as text. */
export type Interfaces = ReadonlyMap<string, readonly string[]>;

interface Span {
  readonly start: number;
  readonly end: number;
}

/** The interfaces of a file. */
export function interfacesOf(path: string, code: string): Interfaces {
  const { program, errors } = parseSync(path, code);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]!.message}`);
  const out = new Map<string, readonly string[]>();
  for (const statement of program.body) {
    const node = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (node?.type !== 'TSInterfaceDeclaration') continue;
    const members = node.body.body.map((member: Span) => code.slice(member.start, member.end));
    out.set(
      node.id.name,
      members.map((member) =>
        member
          .replace(/\s+/g, ' ')
          .replace(/^readonly /, '')
          .replace(/;$/, ''),
      ),
    );
  }
  return out;
}

/** Interfaces that write out at least so many members of one of `others`, though they could be derived from it. */
export function restated(own: Interfaces, others: Interfaces, least: number): string[] {
  const out: string[] = [];
  for (const [name, members] of own)
    for (const [other, theirs] of others) {
      const same = members.filter((member) => theirs.includes(member));
      if (same.length >= least) out.push(`${name} restates ${other}: ${same.join(', ')}`);
    }
  return out;
}
