// The walk in Firefox: the same page object, over WebDriver BiDi (the channel moz-firefox). scripts/firefox sets the
// browser and the software adapter.
import { defineConfig } from '@playwright/test';

const PORT = Number(process.env.NIBBLE_PORT ?? 4173);
const path = process.env.FIREFOX_PATH;

export default defineConfig({
  testDir: '.',
  outputDir: '../../test-results/firefox',
  timeout: 600_000,
  workers: 1,
  forbidOnly: true,
  reporter: [['list']],
  use: {
    actionTimeout: 30_000,
    baseURL: `http://127.0.0.1:${PORT}`,
    viewport: { width: 1440, height: 900 },
    browserName: 'firefox',
    channel: 'moz-firefox',
    launchOptions: {
      ...(path ? { executablePath: path } : {}),
      firefoxUserPrefs: {
        // Firefox on Linux: WebGPU is behind a preference, and refuses software adapters.
        'dom.webgpu.enabled': true,
        'layout.css.prefers-color-scheme.content-override': 1,
        'dom.webgpu.workers.enabled': true,
        'gfx.webgpu.ignore-blocklist': true,
      },
    },
  },
  webServer: {
    command: `npx vite build --mode test --logLevel warn && npx vite preview --mode test --host 127.0.0.1 --port ${PORT} --strictPort`,
    cwd: '../..',
    url: `http://127.0.0.1:${PORT}`,
    reuseExistingServer: false,
    timeout: 180_000,
  },
});
