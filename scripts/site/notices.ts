// Notices of third parties: every package whose code is in a build, with the text of its licence. A library for one bundle
// would not see the workers and the service worker, which are bundles of their own.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import type { Plugin, ResolvedConfig } from 'vite';
import { licenseOf, type Manifest } from './license.ts';

const NAME = 'third-party-notices.txt';
const FONTS = 'src/ui/style/fonts';
const FONT_NAMES: Readonly<Record<string, string>> = {
  'LICENSE-inter.txt': 'Inter (font)',
  'LICENSE-mono.txt': 'JetBrains Mono (font)',
};
const RULE = '='.repeat(80);

/** Folder of the package that a module is of; null for the project's own. Helpers of the bundler are the bundler's. */
export function packageFolder(root: string, id: string): string | null {
  const path = id.replace(/^\0+/, '').replace(/\?.*$/, '').replaceAll('\\', '/');
  const helper = /^(vite|rolldown)\//.exec(path);
  if (helper) return join(root, 'node_modules', helper[1]!);
  const found = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path);
  return found ? found[1]! : null;
}

/** The notices as a text: packages by name, then what else is shipped. */
export function noticesOf(
  folders: ReadonlySet<string>,
  others: ReadonlyMap<string, string> = new Map(),
): string {
  const packages = [...folders].map((folder) => {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
    const { name, version, license = '' } = manifest;
    return { title: `${name} ${version}`, license, text: licenseOf(folder, manifest) };
  });
  const parts = [
    ...packages
      .sort((a, b) => (a.title < b.title ? -1 : 1))
      .map(({ title, license, text }) => ({
        title: `${title} (${license})`,
        text,
      })),
    ...[...others].map(([title, text]) => ({ title, text })),
  ];
  const head = 'Nibble Studio has code and fonts of others in it. These are their licences.';
  const none = 'Nibble Studio has no code of others in this place.';
  return `${[
    parts.length === 0 ? none : head,
    ...parts.map(({ title, text }) => `${RULE}\n${title}\n${RULE}\n\n${text.trim()}`),
  ].join('\n\n')}\n`;
}

interface Bundle {
  readonly [file: string]: { readonly type: string; readonly moduleIds?: readonly string[] };
}
/** Takes down the packages of what a bundler writes. */
export const collector = (root: string, folders: Set<string>) => ({
  name: 'packages-of-bundle',
  generateBundle(_: unknown, bundle: Bundle) {
    for (const { moduleIds = [] } of Object.values(bundle))
      for (const id of moduleIds) {
        const folder = packageFolder(root, id);
        if (folder !== null) folders.add(folder);
      }
  },
});

/** Packages that a script of its own brings, such as the service worker. */
async function packagesOf(root: string, script: string, folders: Set<string>): Promise<void> {
  const build = await rolldown({
    input: resolve(root, script),
    tsconfig: false,
    plugins: [collector(root, folders)],
  });
  await build.generate({ format: 'iife' });
  await build.close();
}

/** The plugin of the page, and that of its workers; `scripts` are bundled by somebody else. */
export function notices(scripts: readonly string[]): {
  readonly page: Plugin;
  readonly workers: () => Plugin[];
} {
  const root = resolve(import.meta.dirname, '../..');
  const folders = new Set<string>();
  let config: ResolvedConfig;
  const page: Plugin = {
    ...collector(root, folders),
    name: NAME,
    apply: 'build',
    configResolved(resolved) {
      config = resolved;
    },
    async closeBundle() {
      for (const script of scripts) await packagesOf(root, script, folders);
      const fonts = readdirSync(join(root, FONTS)).filter((name) => name.startsWith('LICENSE'));
      const others = fonts.map((name) => {
        const title = FONT_NAMES[name];
        if (title === undefined)
          throw new Error(`${FONTS}/${name} is of no font that scripts/site/notices.ts names`);
        return [title, readFileSync(join(root, FONTS, name), 'utf8')] as const;
      });
      const folder = resolve(config.root, config.build.outDir);
      // A build that failed has no folder, and tells why by itself.
      if (existsSync(folder)) writeFileSync(join(folder, NAME), noticesOf(folders, new Map(others)));
    },
  };
  return { page, workers: () => [collector(root, folders)] };
}
