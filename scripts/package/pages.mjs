// docs/api: a page for each entry, with every export's signature and docstring, from API Extractor's data.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { entries } from './entries.mjs';

const groups = [
  ['Functions', ['Function']],
  ['Classes', ['Class']],
  ['Values', ['Variable']],
  ['Types', ['Interface', 'TypeAlias']],
];
const packed = ['Interface', 'Class'];

/** A doc comment without its stars: the prose, and the blocks that begin with a tag. */
function readDoc(comment) {
  const text = comment
    .replace(/^\/\*\*|\*\/\s*$/g, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join('\n')
    .trim();
  const [prose, ...blocks] = text.split(/^(?=@)/m);
  return {
    prose: prose.trim(),
    blocks: blocks
      .map((block) => /^@(\w+)\s*([\s\S]*)$/.exec(block))
      .map(([, tag, said]) => ({ tag, said: said.trim() })),
  };
}

const signatureOf = (item) => {
  const text = item.excerptTokens
    .map((token) => token.text)
    .join('')
    .trim();
  const isConstant = item.kind === 'Variable' || (item.kind === 'Function' && !/\bfunction\b/.test(text));
  return isConstant ? `const ${text};` : text.replace(/^export (?:declare )?/, '');
};
/** The compiler's four spaces as two; lines of a member are one level deeper than it. */
const indented = (signature, depth = 0) =>
  signature.replaceAll(/^( {4})+/gm, (spaces) => '  '.repeat(Math.max(0, spaces.length / 4 - depth)));

/** A class or an interface with its members and what is said of each. */
function body(item) {
  const members = item.members.flatMap((member) => {
    // API Extractor says something of a constructor that nothing is said of.
    const { prose, blocks } = readDoc(member.kind === 'Constructor' ? '' : member.docComment);
    const said = [prose, ...blocks.map(({ tag, said }) => `@${tag} ${said}`)].filter(Boolean).join('\n\n');
    const lines = said ? said.split('\n') : [];
    const comment =
      lines.length > 1
        ? ['/**', ...lines.map((line) => ` * ${line}`.trimEnd()), ' */']
        : lines.map((line) => `/** ${line} */`);
    return [...comment, ...indented(signatureOf(member), 1).split('\n')].map((line) => `  ${line}`.trimEnd());
  });
  return [`${signatureOf(item)} {`, ...members, '}'].join('\n');
}

const titles = { returns: 'Returns', throws: 'Throws', remarks: 'Note' };
function blockLine({ tag, said }) {
  const one = said.replaceAll(/\s*\n\s*/g, ' ');
  if (tag !== 'param') return `- ${titles[tag] ?? tag}: ${one}`;
  const [, name, what] = /^(\S+) - (.*)$/.exec(one) ?? [];
  if (!name) throw new Error(`"@param ${one}" is not "@param name - text"`);
  return `- \`${name}\`: ${what}`;
}

function section(item) {
  const { prose, blocks } = readDoc(item.docComment);
  const signature = packed.includes(item.kind) ? body(item) : indented(signatureOf(item));
  const lines = [`### ${item.name}`, '', prose, '', '```ts', signature, '```', ''];
  if (blocks.length > 0) lines.push(...blocks.map(blockLine), '');
  return lines.join('\n');
}

const membersOf = (folder, { name }) => {
  const model = JSON.parse(readFileSync(join(folder, `${name}.api.json`), 'utf8'));
  return { doc: readDoc(model.docComment), items: model.members[0].members };
};

/** Exports and methods of an entry that nothing is said of. */
export function undocumented(folder) {
  const silent = (item) => item.docComment === '' || readDoc(item.docComment).prose === '';
  return entries.flatMap((entry) =>
    membersOf(folder, entry).items.flatMap((item) => [
      ...(silent(item) ? [`${entry.specifier}: ${item.name}`] : []),
      ...(item.members ?? [])
        .filter((member) => /^Method/.test(member.kind) && silent(member))
        .map((member) => `${entry.specifier}: ${item.name}.${member.name}`),
    ]),
  );
}

/** The pages by their file names. */
export function pages(folder) {
  const out = entries.map((entry) => {
    const { doc, items } = membersOf(folder, entry);
    const lines = ['<!-- Written by `npm run api`. -->', '', `# ${entry.specifier}`, '', doc.prose, ''];
    if (entry !== entries[0] && entry.name !== 'worker')
      lines.push(`Exports everything of [\`${entries[0].specifier}\`](${entries[0].name}.md) besides:`, '');
    for (const [title, kinds] of groups) {
      const found = items.filter((item) => kinds.includes(item.kind));
      if (found.length > 0) lines.push(`## ${title}`, '', ...found.map(section));
    }
    return [`${entry.name}.md`, `${lines.join('\n').trimEnd()}\n`];
  });
  return new Map(out);
}
