import type { Locator, Page } from '@playwright/test';

/** Everything on the page that a person operates, by what it is for. */
export function controlsOf(page: Page) {
  const part = (id: string) => page.locator(`#${id}`);
  const run = part('chat');
  const compare = part('compare');
  const row = (type: string) => page.locator(`[data-level="${type}"]`);
  const button = (name: string | RegExp, within: Page | Locator = page) =>
    within.getByRole('button', { name, exact: typeof name === 'string' });
  const levels = (count: number) => `${count} ${count === 1 ? 'level' : 'levels'}`;
  return {
    tryIt: page.getByRole('link', { name: /^Try it in ten seconds/ }),
    builtIn: page.locator('.recent').getByRole('button', { name: /^nibble-stories-F16\.gguf built in/ }),
    files: page.getByLabel('Model files'),
    folder: page.getByLabel('Model folder'),
    dismiss: button('Dismiss'),
    newVersion: button('New version: reload'),
    stop: button('Stop'),
    hub: {
      address: page.getByLabel('Search Hugging Face, or give an address'),
      token: page.getByLabel('Access token, for gated models'),
      open: button('Open', page.locator('.hub')),
    },
    library: {
      model: (label: string) => page.locator('[data-list]').getByRole('button', { name: label, exact: true }),
      forget: (label: string) => button(`Forget ${label}`),
      remove: (name: string) => button(`Delete ${name}`),
      removeFetched: (repository: string) => button(`Delete what was fetched of ${repository}`),
    },
    unfinished: {
      goOn: button(/^Go on with /),
      remove: button(/^Delete what is written of /),
    },
    preTokenizer: {
      name: page.getByLabel("Its pre-tokenizer, by llama.cpp's name"),
      open: button('Open with it'),
    },

    levelContext: part('levels').getByLabel('Context'),
    level: (type: string) => row(type).getByRole('checkbox'),
    quantize: (count: number) => button(`Quantize ${levels(count)}`),
    quantizeAny: button(/^Quantize/),
    release: (type: string) => row(type).getByRole('button', { name: 'Free memory' }),
    sheet: (type: string) => page.getByRole('link', { name: `Download ${type}`, exact: true }),
    sheetOf: (type: string) => page.locator(`[data-sheet="${type}"]`),
    download: (type: string) => button(/^Download /, page.locator(`[data-sheet="${type}"]`)),
    closeSheet: button('Close', page.getByRole('dialog')),
    downloadSelected: (count: number) => button(`Download ${count} levels`),
    writeDirectly: button('Write it directly'),
    keep: button('Save in this browser'),

    importance: {
      fold: page.getByTestId('imatrix-button'),
      collect: (text: string) => button(`Collect one from ${text}`),
      save: button('Save it'),
      remove: button('Do without'),
    },
    search: {
      fold: button('A size of your own'),
      start: button('Measure what each tensor is worth'),
      size: page.getByLabel('Target size'),
      command: page.getByText('The same with llama-quantize'),
      save: button('Save the recipe'),
      add: button('Add it to the levels'),
    },
    errors: {
      level: page.locator('#inspect').getByLabel('Level'),
      row: page.getByTestId('tensor').getByLabel('Row'),
      close: button('Close the tensor'),
    },

    runLevel: run.getByRole('combobox', { name: 'Level', exact: true }),
    how: run.getByRole('button', { name: 'How it answers' }),
    temperature: page.getByLabel('Temperature'),
    maxTokens: page.getByRole('spinbutton', { name: 'Most tokens' }),
    mode: {
      chat: page.getByRole('tab', { name: 'Chat' }),
      completion: page.getByRole('tab', { name: 'Completion' }),
    },
    message: page.getByRole('textbox', { name: 'Message' }),
    send: button('Send', run.locator('.composer')),
    talk: {
      newOne: button('New conversation'),
      search: page.getByLabel('Search conversations'),
      more: (title: string) => button(`More of ${title}`).first(),
      exportOne: page.getByRole('menuitem', { name: 'Export', exact: true }),
      remove: page.getByRole('menuitem', { name: 'Delete', exact: true }),
      removeSure: page.getByRole('menuitem', { name: 'Delete for good' }),
      importFile: page.getByLabel('File of conversations'),
      full: page.getByRole('alertdialog'),
      leaveOut: button(/^Leave out the oldest/),
      useLarger: button(/^Use \d/),
      edit: (within: Locator) => button('Edit the message', within),
      editField: page.getByRole('textbox', { name: 'Changed message' }),
      again: (within: Locator) => button('Answer again', within),
      branch: (within: Locator) => button('Branch from here', within),
      versionBefore: (within: Locator) => button('Version before', within),
      system: page.getByLabel('System prompt'),
      stops: page.getByLabel('Stop strings'),
    },
    continueText: button('Continue it'),
    given: run.getByText(/What the model was given/),

    measure: {
      figures: compare.getByLabel('Figures', { exact: true }),
      text: compare.getByLabel('Text', { exact: true }),
      ownText: button('Text of your own…'),
      context: compare.getByLabel('Context', { exact: true }),
      seconds: compare.getByLabel('Time budget', { exact: true }),
      start: (count: number) => button(new RegExp(`^Measure ${levels(count)}(,|$)`), compare),
      more: button(/^Measure .* (more|on more text)$/, compare),
      goOn: button('Go on'),
      sortByDivergence: button('Loss, KL', page.getByTestId('runs')),
      forget: button('Forget these figures'),
      saveReport: button('Save a report'),
      report: page.getByTestId('report-file'),
      save: (as: string) => button(as, page.locator('#compare .saves')),
      copy: (as: string) => button(`Copy as ${as}`),
      part: (name: 'Charts' | 'Table' | 'Side by side') =>
        page.getByRole('navigation', { name: 'Parts of Compare' }).getByRole('link', { name }),
    },
    beside: {
      prompt: page.getByRole('textbox', { name: 'Prompt for all levels' }),
      mostTokens: compare.getByRole('spinbutton', { name: 'Most tokens' }),
      send: button('Send to all'),
    },
    compareWithFloat32: button('Compare with float32'),
  };
}
export type Controls = ReturnType<typeof controlsOf>;
