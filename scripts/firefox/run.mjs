// npm run e2e:firefox: the page in Debian's Firefox, over WebDriver BiDi, on Mesa's lavapipe. Words after it go to Playwright.
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lavapipe } from '../naga/lavapipe.mjs';
import { root } from '../setup.mjs';
import { installFirefox } from './install.mjs';

const env = {
  XDG_RUNTIME_DIR: tmpdir(),
  ...process.env,
  FIREFOX_PATH: installFirefox(),
  // By name: another software adapter that the environment names may lack features that Firefox has.
  VK_ICD_FILENAMES: lavapipe(),
};
const cli = join(root, 'node_modules/@playwright/test/cli.js');
const config = join(root, 'e2e/firefox/playwright.config.ts');
const { status } = spawnSync(process.execPath, [cli, 'test', '-c', config, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  env,
});
process.exit(status ?? 1);
