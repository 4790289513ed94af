// The hosts of docs/deploy.md: nginx itself with the documented file; the others by servers with their rules, emulated.
import { expect, test } from '@playwright/test';
import { type Host, Framing, gitHubPages, netlify, Nginx, space } from '../page/hosts';
import { Studio } from '../page';

/** The page on a host: a visit, the kept site, a view by its address and its reload; gives what its answers carry. */
async function visit(host: Host, studio: Studio, at: string): Promise<(name: string) => Promise<Headers>> {
  await studio.site.kept();
  await studio.openBuiltIn();
  await studio.go('compare');
  await studio.reload();
  await studio.isAt('compare');
  expect((await studio.model())?.architecture, host.name).toBe('llama');
  return async (name) => (await fetch(`${at}${name}`)).headers;
}

const hosts: readonly [host: (folder: string) => Host, headers: Readonly<Record<string, RegExp | null>>][] = [
  [
    (folder) => new Nginx(folder),
    { 'frame-ancestors': /^frame-ancestors 'none'$/, worker: /connect-src 'self'/, asset: /immutable/ },
  ],
  [gitHubPages, { 'frame-ancestors': null, worker: null, asset: /max-age=600/ }],
  [space, { 'frame-ancestors': null, worker: null, asset: /no-cache/ }],
  [
    netlify,
    { 'frame-ancestors': /^frame-ancestors 'none'$/, worker: /connect-src 'self'/, asset: /immutable/ },
  ],
];

for (const [make, expected] of hosts) {
  const { name } = make('');
  test(`on ${name} the page opens, keeps itself and answers by the documented headers`, async ({
    browser,
  }) => {
    const host = make(test.info().outputPath('host'));
    const at = await host.start();
    const context = await browser.newContext();
    const studio = await Studio.visit(await context.newPage(), { at, serviceWorker: true, untuned: true });
    const headersOf = await visit(host, studio, at);
    const [script] = await studio.site.keptScripts();
    const policy = async (name: string) => (await headersOf(name)).get('content-security-policy');
    const found = {
      'frame-ancestors': await policy(''),
      worker: await policy('sw.js'),
      asset: (await headersOf(`assets/${script}`)).get('cache-control'),
    };
    for (const [what, value] of Object.entries(found)) {
      const pattern = expected[what]!;
      if (pattern === null) expect(value, what).toBeNull();
      else expect(value, what).toMatch(pattern);
    }
    expect((await fetch(`${at}no/such/page`)).status).toBe(404);
    await context.close();
    await host.stop();
  });
}

test('in the frame of another site, as a Space is shown, the page opens the built-in model', async ({
  page,
}) => {
  const host = space();
  const framing = new Framing();
  await page.goto(await framing.start(await host.start()));
  expect(await new Studio(page).openBuiltInWithin('iframe')).toMatch(/nibble-stories-F16\.gguf/);
  await framing.stop();
  await host.stop();
});

test('where a header forbids frames the browser shows none', async ({ page }) => {
  const host = netlify();
  const framing = new Framing();
  await page.goto(await framing.start(await host.start()));
  await expect.poll(() => page.frames().at(-1)!.url()).toMatch(/^chrome-error:/);
  await framing.stop();
  await host.stop();
});
