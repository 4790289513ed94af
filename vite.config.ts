import { readFileSync } from 'node:fs';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { siteBase } from './scripts/site/base.ts';
import { notices } from './scripts/site/notices.ts';
import { contentSecurityPolicy, hubOrigins, hubSources, policyTag } from './scripts/site/policy.ts';
import { serviceWorker } from './scripts/site/service-worker.ts';

// Cross-origin isolation lets the peers in the tests use threads; the studio itself does not need it.
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};
const licences = notices(['src/browser/site/service-worker.ts']);
const origins = hubOrigins(process.env.VITE_HUB_ORIGINS ?? '');

// `--mode test` builds what the browser tests run: the studio, and a way to take its device away.
export default defineConfig(({ mode }) => ({
  base: siteBase(process.env.VITE_BASE ?? ''),
  plugins: [react(), policyTag(contentSecurityPolicy(origins)), licences.page, serviceWorker()],
  define: {
    'import.meta.env.VITE_VERSION': JSON.stringify(process.env.VITE_VERSION ?? version),
    'import.meta.env.VITE_HUB_SOURCES': JSON.stringify(hubSources(origins).join(' ')),
  },
  worker: { format: 'es', plugins: licences.workers },
  build: { outDir: mode === 'test' ? 'dist-test' : 'dist', target: 'es2022', chunkSizeWarningLimit: 800 },
  server: { headers: isolation },
  // The rest of the policy is in the page.
  preview: { headers: { ...isolation, 'Content-Security-Policy': "frame-ancestors 'none'" } },
}));
