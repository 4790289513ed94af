import { type Browser, test as base } from '@playwright/test';

interface BidiSession {
  send(method: string, params: unknown): Promise<unknown>;
}
type Inside = Browser & {
  readonly _connection: { toImpl(browser: Browser): { readonly _browserSession: BidiSession } };
};

/** Playwright sets the colour scheme of every context; the extended support release has no command for it. */
const UNKNOWN = 'emulation.setMediaFeaturesOverride';

/** Answers what this Firefox does not know: the scheme is light, by a preference, and stays so. */
function withoutSchemes(browser: Browser): void {
  const { _browserSession } = (browser as Inside)._connection.toImpl(browser);
  const sessions = Object.getPrototypeOf(_browserSession) as BidiSession;
  const { send } = sessions;
  sessions.send = function (method, params) {
    if (method !== UNKNOWN) return send.call(this, method, params);
    const { features } = params as { features: Record<string, string | null> };
    const scheme = features['prefers-color-scheme'];
    if (scheme === 'light' || scheme === null) return Promise.resolve({});
    return Promise.reject(new Error(`Firefox cannot be asked for the scheme ${scheme}`));
  };
}

/**
 * Text goes through the browser's editor, as a person's keys do. Playwright's own way over WebDriver BiDi sets the value of
 * a field, which React, which watches the value, takes for its own doing.
 */
const insertText = (): void => {
  const insert = (text: string) => void document.execCommand('insertText', false, text);
  Object.defineProperty(window, '__pw_bidiInsertText', { get: () => insert, set: () => {} });
};

/** Firefox over WebDriver BiDi. */
export const test = base.extend<object, { browser: Browser }>({
  browser: [
    async ({ browser }, use) => {
      withoutSchemes(browser);
      await use(browser);
    },
    { scope: 'worker' },
  ],
  context: async ({ context }, use) => {
    await context.addInitScript(insertText);
    await use(context);
  },
});
