// Branches of the sources in a bundle, and which of them V8 has seen run.
import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import { parseAst } from 'rolldown/parseAst';
import { root } from './bundle';
import type { FunctionRanges } from './worker';

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}
const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

/** The starts of code that runs or does not: bodies, arms, cases, right sides. */
function startsOf(node: Node): Node[] {
  const nodes = (...of: unknown[]) => of.filter(isNode);
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
    case 'WhileStatement':
    case 'ForStatement':
    case 'ForOfStatement':
    case 'ForInStatement':
    case 'CatchClause':
      return nodes(node.body);
    case 'IfStatement':
    case 'ConditionalExpression':
      return nodes(node.consequent, node.alternate);
    case 'LogicalExpression':
      return nodes(node.right);
    case 'SwitchStatement':
      return (node.cases as Node[]).flatMap((c) => nodes((c.consequent as unknown[])[0]));
    default:
      return [];
  }
}

export interface Branch {
  readonly source: string;
  readonly offset: number;
  readonly line: string;
}

/** Sources of offsets in a bundle, from the root of the project, by its source map. */
function sourcesOf(code: string, map: SourceMapPayload, folder: string): (offset: number) => string {
  const decoded = new SourceMap(map);
  const starts = [0, ...[...code.matchAll(/\n/g)].map(({ index }) => index + 1)];
  return (offset) => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle;
    }
    const entry = decoded.findEntry(low, offset - starts[low]!);
    return 'originalSource' in entry ? relative(root, resolve(folder, entry.originalSource)) : '';
  };
}

/** Branches of some sources in the bundle at `path`. Code that the reader cannot reach was shaken out before. */
export function branchesOf(path: string, sources: readonly string[]): Branch[] {
  const code = readFileSync(path, 'utf8');
  const map = JSON.parse(readFileSync(`${path}.map`, 'utf8')) as SourceMapPayload;
  const sourceOf = sourcesOf(code, map, dirname(path));
  const found = new Map<number, Branch>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const item of value) visit(item);
      return;
    }
    if (!isNode(value)) return;
    for (const { start: offset } of startsOf(value)) {
      const source = sourceOf(offset);
      const line = code.slice(code.lastIndexOf('\n', offset) + 1, code.indexOf('\n', offset)).trim();
      if (sources.includes(source)) found.set(offset, { source, offset, line });
    }
    for (const key of Object.keys(value)) visit(value[key]);
  };
  visit(parseAst(code));
  const missing = sources.filter((s) => ![...found.values()].some(({ source }) => source === s));
  if (missing.length > 0) throw new Error(`no branch in the bundle: ${missing.join(', ')}`);
  return [...found.values()];
}

/** Offsets among `branches` that ran, by V8's counts: the innermost range decides. */
export function reached(branches: readonly Branch[], coverage: readonly FunctionRanges[]): number[] {
  const ranges = coverage.flatMap((f) => f.ranges);
  return branches
    .filter(({ offset }) => {
      let best: (typeof ranges)[number] | undefined;
      for (const range of ranges)
        if (range.startOffset <= offset && offset < range.endOffset)
          if (!best || range.endOffset - range.startOffset <= best.endOffset - best.startOffset) best = range;
      return best !== undefined && best.count > 0;
    })
    .map(({ offset }) => offset);
}
