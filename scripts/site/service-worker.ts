// Builds the service worker beside the page, with the list of the files that it keeps.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import type { Plugin, ResolvedConfig } from 'vite';

/**
 * Bound on a file that visitors are made to keep. The largest is the built-in model with some 7 MiB; a build with a larger
 * one fails rather than leave it out, or make every visitor fetch it unasked.
 */
const MAX_FILE_BYTES = 16 * 1024 * 1024;
const NAME = 'sw.js';

export interface KeptFile {
  readonly url: string;
  /** Null where the name has a hash of the content. */
  readonly revision: string | null;
}

/**
 * Every file of a build, as the service worker names it: the page by its folder. Files for the host itself (_headers,
 * .nojekyll) are left out: it does not serve them. Throws where a file is too large.
 */
export function keptFiles(folder: string, maxBytes = MAX_FILE_BYTES): KeptFile[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile() && name !== NAME && !/^[._]/.test(name))
    .map((name) => name.replaceAll('\\', '/'))
    .sort();
  return names.map((name) => {
    const bytes = readFileSync(join(folder, name));
    if (bytes.length > maxBytes)
      throw new Error(
        `${name} has ${bytes.length} bytes, more than the ${maxBytes} that a visitor is made to keep (scripts/site/service-worker.ts).`,
      );
    const revision = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
    const url = name === 'index.html' ? './' : `./${name}`;
    return { url, revision: /^assets\/.*-[\w-]{8}\.\w+$/.test(name) ? null : revision };
  });
}

/** Writes sw.js when the build is written. The development server has none. */
export function serviceWorker(): Plugin {
  let config: ResolvedConfig;
  return {
    name: 'service-worker',
    apply: 'build',
    configResolved(resolved) {
      config = resolved;
    },
    async closeBundle() {
      const folder = resolve(config.root, config.build.outDir);
      const bundle = await rolldown({
        input: resolve(config.root, 'src/browser/site/service-worker.ts'),
        tsconfig: false,
        transform: {
          define: {
            FILES: JSON.stringify(keptFiles(folder)),
            'process.env.NODE_ENV': JSON.stringify('production'),
          },
        },
      });
      await bundle.write({ file: join(folder, NAME), format: 'iife', minify: true });
      await bundle.close();
    },
  };
}
