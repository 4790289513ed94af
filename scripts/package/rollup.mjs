// One declaration file for each entry, and its API as docs/api has it, by API Extractor.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';
import { declarationOf } from './declarations.mjs';
import { build, entries, lib, root } from './entries.mjs';

/** The API of each entry as data, which the pages are made of. */
export const models = join(build, 'api');

const error = { logLevel: 'error' };
const configOf = (entry, reportFolder) => ({
  projectFolder: root,
  mainEntryPointFilePath: declarationOf(entry),
  compiler: {
    overrideTsconfig: {
      compilerOptions: {
        strict: true,
        target: 'ES2023',
        lib: ['ES2023', 'DOM', 'DOM.Iterable'],
        module: 'ESNext',
        moduleResolution: 'bundler',
        types: [],
        // The compiler of the project has checked the sources; the packed declarations are checked by `npm run package`.
        skipLibCheck: true,
      },
      files: [declarationOf(entry)],
    },
  },
  apiReport: {
    enabled: true,
    reportFolder,
    reportTempFolder: join(build, 'report'),
    reportFileName: entry.name,
  },
  docModel: { enabled: true, apiJsonFilePath: join(models, `${entry.name}.api.json`) },
  dtsRollup: { enabled: true, untrimmedFilePath: join(lib, `${entry.name}.d.ts`) },
  tsdocMetadata: { enabled: false },
  messages: {
    compilerMessageReporting: { default: error },
    extractorMessageReporting: {
      default: error,
      // Members whose names and types say it all stand without a sentence; the pages check exports and methods.
      'ae-undocumented': { logLevel: 'none' },
      'ae-missing-release-tag': { logLevel: 'none' },
    },
    tsdocMessageReporting: { default: error },
  },
});

/** Puts `.` in the folder that the declarations of the other entries find it in. */
function placeIndex() {
  const dir = join(build, 'node_modules/nibble-studio');
  mkdirSync(dir, { recursive: true });
  // Without it the name would mean the project itself, whose declarations are not those of another package.
  writeFileSync(join(build, 'package.json'), '{ "private": true }\n');
  writeFileSync(join(dir, 'package.json'), '{ "name": "nibble-studio", "types": "index.d.ts" }\n');
  writeFileSync(join(dir, 'index.d.ts'), readFileSync(join(lib, 'index.d.ts'), 'utf8'));
}

/**
 * Rolls up every entry into lib and writes its API report to a folder.
 *
 * @returns Whether there was no error; errors are printed.
 */
export function rollUp(reportFolder = reports) {
  for (const dir of [lib, reportFolder, models]) mkdirSync(dir, { recursive: true });
  let ok = true;
  for (const entry of entries) {
    const config = ExtractorConfig.prepare({
      configObject: configOf(entry, reportFolder),
      configObjectFullPath: undefined,
      packageJsonFullPath: join(root, 'package.json'),
    });
    const result = Extractor.invoke(config, {
      localBuild: true,
      messageCallback: (message) => {
        if (message.messageId.startsWith('console-') && message.logLevel !== 'error') message.handled = true;
      },
    });
    ok &&= result.errorCount === 0;
    const rolled = join(lib, `${entry.name}.d.ts`);
    if (entry === entries[0]) placeIndex();
    else
      writeFileSync(
        rolled,
        readFileSync(rolled, 'utf8').replaceAll(/from (['"])nibble-studio\1/g, 'from $1./index.js$1'),
      );
  }
  return ok;
}
