// Branches of the sources in a bundle, and which of them V8 has seen run.
import { parseAst } from 'rolldown/parseAst';
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

interface Region {
  readonly source: string;
  readonly start: number;
  readonly end: number;
}

/** Regions of a bundle by the source that they come from: rolldown writes its path in front of each. */
function regionsOf(code: string): Region[] {
  const marks = [...code.matchAll(/^\/\/ (\S+\.(?:ts|mjs|cjs|js))$/gm)];
  return marks.map((mark, i) => ({
    source: mark[1]!,
    start: mark.index,
    end: marks[i + 1]?.index ?? code.length,
  }));
}

/** Branches of some sources in the bundle. Code that nothing of the reader's can reach was shaken out before. */
export function branchesOf(code: string, sources: readonly string[]): Branch[] {
  const regions = regionsOf(code).filter(({ source }) => sources.includes(source));
  const missing = sources.filter((s) => !regions.some(({ source }) => source === s));
  if (missing.length > 0) throw new Error(`no part of the bundle: ${missing.join(', ')}`);
  const found = new Map<number, Branch>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const item of value) visit(item);
      return;
    }
    if (!isNode(value)) return;
    for (const { start: offset } of startsOf(value)) {
      const region = regions.find((r) => r.start <= offset && offset < r.end);
      const line = code.slice(code.lastIndexOf('\n', offset) + 1, code.indexOf('\n', offset)).trim();
      if (region) found.set(offset, { source: region.source, offset, line });
    }
    for (const key of Object.keys(value)) visit(value[key]);
  };
  visit(parseAst(code));
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
