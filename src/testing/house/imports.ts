import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parseSync } from 'vite';

export interface Import {
  /** As written. */
  readonly specifier: string;
  /** True when the import leaves no trace in the compiled code. */
  readonly typeOnly: boolean;
}

interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}
const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
const stringOf = (node: unknown): string | undefined => {
  const value = isNode(node) ? (isNode(node.literal) ? node.literal.value : node.value) : undefined;
  return typeof value === 'string' ? value : undefined;
};

function importOf(node: Node): Import | undefined {
  const found = (source: unknown, typeOnly: boolean) => {
    const specifier = stringOf(source);
    return specifier === undefined ? undefined : { specifier, typeOnly };
  };
  const allTypes = (kind: string) =>
    node[kind] === 'type' ||
    (Array.isArray(node.specifiers) &&
      node.specifiers.length > 0 &&
      node.specifiers.every((s: Node) => s[kind] === 'type'));
  switch (node.type) {
    case 'ImportDeclaration':
      return found(node.source, allTypes('importKind'));
    case 'ExportNamedDeclaration':
      return node.source ? found(node.source, allTypes('exportKind')) : undefined;
    case 'ExportAllDeclaration':
      return found(node.source, node.exportKind === 'type');
    case 'ImportExpression':
      return found(node.source, false);
    case 'TSImportType':
      return found(node.source ?? node.argument, true);
    case 'TSExternalModuleReference':
      return found(node.expression, false);
    default:
      return undefined;
  }
}

/**
 * Every import of a file, from its syntax tree: static, type-only, dynamic, re-exported, `import('x')` as a type,
 * `import x = require('x')`, and workers created from a URL beside the file.
 */
export function importsOf(path: string, code: string): Import[] {
  const { program, errors } = parseSync(path, code);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]!.message}`);
  const out: Import[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const v of value) visit(v);
    else if (isNode(value)) {
      const found = importOf(value);
      if (found) out.push(found);
      for (const key of Object.keys(value)) if (key !== 'type') visit(value[key]);
    }
  };
  visit(program.body);
  for (const [, specifier] of code.matchAll(/new URL\('(\.[^']+\.tsx?)', import\.meta\.url\)/g))
    out.push({ specifier: specifier!, typeOnly: false });
  return out;
}

/** The imported file, relative to the root; undefined for a package. */
export function targetOf(root: string, from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  const path = relative(root, resolve(root, dirname(from), specifier.replace(/\?.*$/, '')));
  const file = [path, `${path}.ts`, `${path}.tsx`].find((p) => /\.\w+$/.test(p) && existsSync(join(root, p)));
  // A missing file is judged by the room of its path.
  return file ?? `${path}.ts`;
}

/** Groups of files that import each other in a circle, by Tarjan's algorithm. */
export function circles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const out: string[][] = [];
  const visit = (file: string): void => {
    order.set(file, order.size);
    low.set(file, order.get(file)!);
    stack.push(file);
    for (const next of graph.get(file) ?? []) {
      if (!order.has(next)) visit(next);
      if (stack.includes(next)) low.set(file, Math.min(low.get(file)!, low.get(next)!));
    }
    if (low.get(file) !== order.get(file)) return;
    const circle = stack.splice(stack.indexOf(file));
    if (circle.length > 1 || (graph.get(file) ?? []).includes(file)) out.push(circle.sort());
  };
  for (const file of graph.keys()) if (!order.has(file)) visit(file);
  return out;
}
