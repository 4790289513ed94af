import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import { BUILT, PlainServer, SilentServer } from './page/servers';
import { Studio } from './page';

test('with its server gone the page opens again, quantizes the built-in model and chats', async ({
  page,
}) => {
  // Below a path, as on hosts that serve many sites.
  const server = new PlainServer(BUILT, '/tools/studio/');
  const studio = await Studio.visit(page, { at: await server.start(), serviceWorker: true });
  await studio.site.kept();
  await server.stop();

  await studio.reload();
  const nestedWorkers = await studio.site.watchNestedWorkers();
  await studio.openBuiltIn();
  // The chart is in a script that comes when it is wanted.
  expect(await studio.levels.drawnSizes()).toBeGreaterThan(0);
  await studio.levels.quantize(['Q8_0']);
  await studio.run.useLevel('Q8_0');
  await studio.run.sampling({ temperature: 0, maxTokens: 12 });
  expect(await studio.run.chat('Tell me about a fox.')).toMatch(/\w+ \w+ \w+/);
  expect(await studio.problem()).toBe('');
  // The worker for templates and tokenizers inherits the policy, too: it comes of a blob.
  expect((await nestedWorkers()).map((url) => url.split(':')[0])).toEqual(['blob']);
});

const scriptsOf = (folder: string): string[] =>
  readdirSync(join(folder, 'assets')).filter((name) => name.endsWith('.js'));

test('a new version waits for the person and for work in any tab; tabs of the old one go on', async ({
  context,
}) => {
  const next = test.info().outputPath('next');
  const vite = join(import.meta.dirname, '../node_modules/vite/bin/vite.js');
  const options = ['build', '--mode', 'test', '--outDir', next, '--logLevel', 'error'];
  const building = promisify(execFile)(process.execPath, [vite, ...options], {
    env: { ...process.env, VITE_VERSION: 'next' },
  });
  const hub = new SilentServer();
  const silent = await hub.start();
  const server = new PlainServer(BUILT);
  const visit = { at: await server.start(), serviceWorker: true };
  const one = await Studio.visit(await context.newPage(), visit);
  const first = await one.site.version();
  await one.site.kept();
  await building;
  // The script that comes later is another one in the other version.
  const later = (folder: string) => scriptsOf(folder).filter((name) => name.startsWith('figures-'));
  expect(later(next)).toHaveLength(1);
  expect(later(next)).not.toEqual(later(BUILT));

  // The server has the new one alone; a second tab is still given the old one, and finds that there is another.
  server.folder = next;
  const two = await Studio.visit(await context.newPage(), visit);
  expect(await two.site.version()).toBe(first);
  for (const tab of [one, two]) await tab.site.newVersion();

  await two.beginOpenAddress(`${silent}/org/model`);
  await one.site.askInVain();
  expect(await one.site.version()).toBe(first);
  await one.openBuiltIn();
  expect(await one.levels.drawnSizes()).toBeGreaterThan(0);
  await two.stop();

  await one.site.takeNewVersion('Version next');
  // The other tab is of the old version, and what it has not loaded yet is still there.
  expect(await two.site.version()).toBe(first);
  await two.openBuiltIn();
  expect(await two.levels.drawnSizes()).toBeGreaterThan(0);
  await two.site.takeNewVersion('Version next');
  await two.site.kept();
  await expect.poll(() => two.site.keptScripts()).toEqual(scriptsOf(next).sort());
  await server.stop();
  await hub.stop();
});
