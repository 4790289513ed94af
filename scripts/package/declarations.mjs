// The compiler's declarations made ready for the rollup: what `.` exports is taken from there by the other entries, and a
// constructor that is marked @internal becomes a private one, whose parameters nobody sees; other such members are left out.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { build, entries, root } from './entries.mjs';

/** The TypeScript that API Extractor brings: the compiler of the project is native and has no such library. */
const ts = createRequire(createRequire(import.meta.url).resolve('@microsoft/api-extractor'))('typescript');

const types = resolve(build, 'types');
const others = resolve(build, 'others');
const declarationIn = (dir, source) => join(dir, relative('src', source).replace(/\.ts$/, '.d.ts'));
/** The declaration file that an entry is rolled up from. */
export const declarationOf = (entry) => declarationIn(entry === entries[0] ? types : others, entry.source);

/** Symbols that `.` exports, behind their aliases, by the names that it gives them. */
function publicSymbols(program, checker) {
  const entry = program.getSourceFile(declarationIn(types, entries[0].source));
  return new Map(
    checker
      .getExportsOfModule(checker.getSymbolAtLocation(entry))
      .map((symbol) => [behind(checker, symbol), symbol.name]),
  );
}
const behind = (checker, symbol) =>
  symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;

const isInternal = (node) => ts.getJSDocTags(node).some((tag) => tag.tagName.text === 'internal');

/** The import's text with those names that `.` exports taken from `nibble-studio`; undefined where it has none. */
function splitImport(statement, checker, known) {
  const bindings = statement.importClause?.namedBindings ?? statement.exportClause;
  if (!bindings?.elements) return undefined;
  const [own, taken] = [[], []];
  for (const element of bindings.elements) {
    const found = checker.getSymbolAtLocation(element.name);
    const name = found && known.get(behind(checker, found));
    if (name === undefined) own.push(element.getText());
    else taken.push(name === element.name.text ? name : `${name} as ${element.name.text}`);
  }
  if (taken.length === 0) return undefined;
  const word = ts.isExportDeclaration(statement) ? 'export' : 'import';
  const line = (names, from) => (names.length > 0 ? `${word} { ${names.join(', ')} } from ${from};\n` : '');
  return line(own, statement.moduleSpecifier.getText()) + line(taken, `'${entries[0].specifier}'`);
}

/** The text of a declaration file after edits. `known` is left out for the tree of `.` itself. */
function edited(file, checker, known) {
  const edits = [];
  const replace = (node, text, withComment = false) =>
    edits.push({ start: node.getStart(file, withComment), end: node.getEnd(), text });
  for (const statement of file.statements) {
    const from = statement.moduleSpecifier?.text;
    if (known && ts.isExportDeclaration(statement) && !statement.exportClause) {
      if (resolve(file.fileName, '..', from) === resolve(types, 'index'))
        replace(statement, `export * from '${entries[0].specifier}';`);
    } else if (known && from?.startsWith('.')) {
      const text = splitImport(statement, checker, known);
      if (text !== undefined) replace(statement, text);
    } else if (ts.isClassDeclaration(statement)) {
      for (const member of statement.members)
        if (ts.isConstructorDeclaration(member) && isInternal(member))
          replace(member, 'private constructor();', true);
        else if (isInternal(member)) replace(member, '', true);
    }
  }
  return edits
    .sort((a, b) => b.start - a.start)
    .reduce((text, { start, end, text: by }) => text.slice(0, start) + by + text.slice(end), file.text);
}

/** Writes the declarations of `.` to build/types, and those of the other entries, which refer to it, to build/others. */
export function emitDeclarations() {
  for (const dir of [types, others]) rmSync(dir, { recursive: true, force: true });
  const compiler = resolve(root, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, '-p', 'tsconfig.package.json'], { cwd: root, stdio: 'inherit' });
  const program = ts.createProgram(
    entries.map(({ source }) => declarationIn(types, source)),
    {
      noLib: true,
      types: [],
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      target: ts.ScriptTarget.ESNext,
    },
  );
  const checker = program.getTypeChecker();
  const known = publicSymbols(program, checker);
  const files = program.getSourceFiles().filter((f) => f.fileName.startsWith(`${types}/`));
  for (const file of files) {
    const other = join(others, relative(types, file.fileName));
    mkdirSync(dirname(other), { recursive: true });
    writeFileSync(other, edited(file, checker, known));
    writeFileSync(file.fileName, edited(file, checker, undefined));
  }
}
