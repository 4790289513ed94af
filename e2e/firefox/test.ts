import { type Browser, test as base } from '@playwright/test';

interface BidiSession {
  send(method: string, params: unknown): Promise<unknown>;
  emit(method: string, params: unknown): boolean;
}
type Inside = Browser & {
  readonly _connection: { toImpl(browser: Browser): { readonly _browserSession: BidiSession } };
};

/** Playwright sets the colour scheme of every context; the extended support release has no command for it. */
const UNKNOWN = 'emulation.setMediaFeaturesOverride';

/**
 * Stands between Playwright and what this Firefox does not know. The scheme is light, by a preference, and stays so; a
 * download that is no navigation has no name, and gets its address for one.
 */
function fillGaps(browser: Browser): void {
  const { _browserSession } = (browser as Inside)._connection.toImpl(browser);
  const sessions = Object.getPrototypeOf(_browserSession) as BidiSession;
  const { send, emit } = sessions;
  sessions.send = function (method, params) {
    if (method !== UNKNOWN) return send.call(this, method, params);
    const { features } = params as { features: Record<string, string | null> };
    const scheme = features['prefers-color-scheme'];
    if (scheme === 'light' || scheme === null) return Promise.resolve({});
    return Promise.reject(new Error(`Firefox cannot be asked for the scheme ${scheme}`));
  };
  sessions.emit = function (method, params) {
    if (!method.startsWith('browsingContext.download')) return emit.call(this, method, params);
    const { download, navigation, url } = params as { download?: string; navigation?: string; url: string };
    return emit.call(this, method, { ...(params as object), download: download ?? navigation ?? url });
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
      fillGaps(browser);
      await use(browser);
    },
    { scope: 'worker' },
  ],
  context: async ({ context }, use) => {
    await context.addInitScript(insertText);
    await use(context);
  },
});
