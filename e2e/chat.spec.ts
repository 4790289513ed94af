import { expect } from '@playwright/test';
import { SMALL, tinyGguf } from '../bench/models/tiny-llama';
import { chainGguf } from '../src/testing/text/chain-model';
import { hostileConversation, HOSTILE_LINKS } from './hostile';
import { test } from './test';

test('messages are changed, answered again and branched from, and nothing is lost; levels change on the way', async ({
  studio,
}) => {
  const { run, talk, levels } = studio;
  await studio.open([{ path: 'branches.gguf', bytes: tinyGguf({ ...SMALL, chat: true, context: 2048 }) }]);
  await levels.chooseContext(512);
  await run.useLevel('Q8_0');
  await run.sampling({ temperature: 1, maxTokens: 6 });
  await talk.setSystem('Speak in letters.');
  await run.chat('one');
  expect(await run.given()).toContain('system: Speak in letters.');
  await run.chat('two');
  await talk.again();
  expect(await talk.version('model', 1)).toBe('2 of 2');
  await talk.versionBefore('model', 1);
  expect(await talk.version('model', 1)).toBe('1 of 2');
  await talk.edit(0, 'uno');
  await talk.shows(2);
  expect(await talk.version('person', 0)).toBe('2 of 2');
  await talk.editLastByKey('eins');
  expect(await talk.version('person', 0)).toBe('3 of 3');
  await talk.versionBefore('person', 0);
  await talk.versionBefore('person', 0);
  await talk.shows(4);
  expect((await run.messages()).map((m) => m.text).filter((_, i) => i % 2 === 0)).toEqual(['one', 'two']);
  await talk.branchFrom(0);
  await talk.shows(2);
  await run.useLevel('Q4_0');
  await run.chat('three');
  expect(await talk.version('person', 1)).toBe('2 of 2');
  expect(await talk.levelChanges()).toEqual([
    expect.stringMatching(/From here Q4_0 answers .*before it Q8_0/),
  ]);

  // A larger context in place: what was asked is answered, and the meter follows.
  const before = (await talk.used())!;
  expect(before.context).toBe(512);
  await run.beginChat('x'.repeat(600));
  await run.done();
  expect(await talk.question()).toMatch(/no room/);
  await talk.useLarger();
  await expect
    .poll(() => talk.used(), { timeout: 60_000 })
    .toEqual({ used: expect.any(Number), context: 1024 });
  await expect
    .poll(async () => (await talk.used())!.used, { timeout: 60_000 })
    .toBeGreaterThan(before.used + 300);

  // A text that ends answers: the likeliest letter of the greedy answer is one.
  await talk.newConversation();
  await run.sampling({ temperature: 0, maxTokens: 12 });
  const whole = await run.chat('four');
  const middle = whole.slice(2, 4);
  await talk.setStops(middle);
  await talk.newConversation();
  await talk.setStops(middle);
  const cut = await run.chat('four');
  expect(cut).toBe(whole.slice(0, whole.indexOf(middle)).trim());
  expect((await run.timing())?.endedBy).toBe('stop string');

  // A penalty changes the answer; a preset of one's own brings it back.
  await talk.setStops('');
  await talk.savePreset('plain');
  expect(await talk.preset()).toBe('plain');
  await talk.setPenalty('Presence penalty', 2);
  await talk.newConversation();
  await talk.setPenalty('Presence penalty', 2);
  const penalized = await run.chat('four');
  expect(penalized).not.toBe(whole);
  await talk.choosePreset('plain');
  await talk.newConversation();
  await talk.choosePreset('plain');
  expect(await run.chat('four')).toBe(whole);
  await talk.deletePreset('plain');
  expect(await talk.preset()).not.toBe('plain');

  // Out, and in again under another id.
  expect((await talk.conversations()).slice(0, 3)).toEqual(['four', 'four', 'four']);
  expect(await talk.search('three')).toEqual(['one']);
  await talk.search('');
  await talk.openConversation('one');
  const file = await talk.exported('one');
  const messages = await run.messages();
  const markdown = await talk.exportedMarkdown('one');
  expect(markdown).toMatch(/^# one\n/);
  // Answers of a seeded model have control characters, which the page escapes and the file has as they are.
  for (const { from, text } of messages)
    if (from === 'person') expect(markdown).toContain(`## You\n\n${text}\n`);
  expect(markdown).toContain('## Q4_0\n');
  const address = studio.page.url();
  await talk.import('one.json', file);
  await expect.poll(() => studio.page.url()).not.toBe(address);
  await expect.poll(() => talk.conversations()).toEqual(expect.arrayContaining(['one', 'one']));
  await talk.shows(messages.length);
  expect(await run.messages()).toEqual(messages);
  const { length } = await talk.conversations();
  await talk.remove('four');
  expect(await talk.conversations()).toHaveLength(length - 1);
  await talk.import('bad.json', new TextEncoder().encode('{"format":"nibble-conversations","version":1}'));
  await expect.poll(() => studio.problem()).toMatch(/bad\.json: conversations is missing, expected a list/);
  await studio.dismiss();
});

test('nothing in an answer or an imported conversation asks a server for anything', async ({ studio }) => {
  const { run, talk, page } = { ...studio, page: studio.page };
  const written = ['![a](http://evil.example/a.png)', '\u2581<img', '\u2581src="//evil.example/b.png">'];
  const bytes = chainGguf([...written, '\u2581[up](javascript:alert(1))']);
  await studio.open([{ path: 'hostile-answers.gguf', bytes }]);
  await run.useLevel('Q8_0');
  await run.sampling({ temperature: 0, maxTokens: 12 });
  await run.chat('Hello');
  await talk.newConversation();
  // The parsers are here now: from now on nothing is asked for.
  const requests: string[] = [];
  // The browser asks for the page's own icon whenever it likes.
  page.on('request', (request) => /favicon\.svg$/.test(request.url()) || requests.push(request.url()));
  const said = await run.chat('Hello');
  expect(said).toContain('<img src="//evil.example/b.png">');
  expect(said).toMatch(/picture, not loaded: evil\.example/);
  expect(await talk.actingElements()).toEqual([]);
  await talk.import('hostile.json', hostileConversation());
  await page.locator('#chat-title').getByText('Hostile').waitFor();
  await talk.shows(2);
  await page.waitForTimeout(1000);
  expect(await talk.actingElements()).toEqual([]);
  const links = await talk.links();
  expect(links.map((l) => l.href)).toEqual(HOSTILE_LINKS);
  for (const { href, rel, target, host } of links) {
    expect(rel.split(' ')).toContain('noreferrer');
    expect(target).toBe('_blank');
    expect(host).toBe(new URL(href).host);
  }
  expect(await studio.actingCharacters()).toEqual([]);
  expect(await talk.needs()).toContain('elsewhere.gguf');
  expect(await studio.accessibilityViolations()).toEqual([]);
  expect(await studio.overflows([[360, 'dark']])).toEqual([]);
  expect(requests).toEqual([]);
});

test('two tabs: each adds its own, and shows what the other added', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ baseURL: baseURL! });
  const { Studio } = await import('./page');
  const one = await Studio.visit(await context.newPage(), { untuned: true });
  const file = { path: 'tabs.gguf', bytes: tinyGguf({ ...SMALL, chat: true }) };
  // Chosen, not dropped: the browser gives no handle that the other tab could read it by.
  await one.pickFiles([file]);
  await one.run.sampling({ temperature: 0, maxTokens: 2 });
  await one.run.chat('one');
  const other = await Studio.visit(await context.newPage(), { untuned: true });
  await other.page.goto(one.page.url());
  await other.talk.shows(2);
  expect(await other.talk.needs()).toContain('tabs.gguf');
  await one.run.chat('two');
  await other.talk.shows(4);
  await other.drop([file]);
  await other.page.getByTestId('chat-needs').waitFor({ state: 'detached' });
  await other.done();
  await other.run.chat('three');
  await one.talk.shows(6);
  expect(await one.run.messages()).toEqual(await other.run.messages());
  // The browser asks before it leaves what runs, and not when nothing does.
  await other.run.sampling({ maxTokens: 400 });
  await other.run.beginChat('for long');
  const [asked] = await Promise.all([
    other.page.waitForEvent('dialog'),
    other.page.close({ runBeforeUnload: true }),
  ]);
  expect(asked.type()).toBe('beforeunload');
  await asked.dismiss();
  await other.run.stop();
  await one.talk.shows(8);
  await other.run.sampling({ maxTokens: 2 });
  // Both write at the same time: both are kept, one after the other or as branches.
  await Promise.all([one.run.chat('from one'), other.run.chat('from other')]);
  await one.page.reload();
  await expect.poll(() => one.talk.search('from one')).toEqual(['one']);
  expect(await one.talk.search('from other')).toEqual(['one']);
  const saved = JSON.parse((await one.talk.exported('one')).toString()) as {
    conversations: { messages: { content: string }[] }[];
  };
  expect(saved.conversations[0]!.messages).toHaveLength(12);
  await context.close();
});
