import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

/** Two checkouts on one machine take two ports. */
const PORT = Number(process.env.NIBBLE_PORT ?? 4173);
/** The system's Chromium where there is one, else Playwright's own. */
const system = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path && existsSync(path));
const quiet = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** Software WebGPU, so that every machine runs the same lane; NIBBLE_HARDWARE=1 takes the machine's own adapter. */
const webgpu = process.env.NIBBLE_HARDWARE
  ? ['--enable-unsafe-webgpu']
  : [
      '--enable-unsafe-webgpu',
      '--use-webgpu-adapter=swiftshader',
      // As in src/node/gpu: zeros of workgroup memory by a loop, which SwiftShader compiles several times as fast.
      '--disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension',
    ];
const launchOptions = (args: string[]) => ({ args, ...(system ? { executablePath: system } : {}) });

export default defineConfig({
  testDir: 'e2e',
  timeout: 240_000,
  // Software compiles kernels on one processor at a time; a second page has use for the other.
  workers: 2,
  forbidOnly: true,
  reporter: [['list']],
  use: { actionTimeout: 30_000, baseURL: `http://127.0.0.1:${PORT}`, viewport: { width: 1440, height: 900 } },
  projects: [
    {
      name: 'webgpu',
      testIgnore: [/no-webgpu/, /firefox\//, /long\//],
      use: { launchOptions: launchOptions([...quiet, ...webgpu]) },
    },
    {
      name: 'long',
      testMatch: /long\//,
      use: { launchOptions: launchOptions([...quiet, ...webgpu]) },
    },
    {
      name: 'no-webgpu',
      testMatch: /no-webgpu/,
      use: { launchOptions: launchOptions([...quiet, '--disable-features=WebGPU']) },
    },
  ],
  webServer: {
    command: `npx vite build --mode test --logLevel warn && npx vite preview --mode test --host 127.0.0.1 --port ${PORT} --strictPort`,
    url: `http://127.0.0.1:${PORT}`,
    reuseExistingServer: false,
    timeout: 180_000,
  },
});
