import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// Cross-origin isolation lets the peers in the tests use threads; the studio itself does not need it.
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
// Nothing leaves the machine: the page may talk to its own origin, and fetch models from the hub when it is asked to.
const hub = 'https://huggingface.co https://*.huggingface.co https://*.hf.co';
const policy = `default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; worker-src 'self' blob:; connect-src 'self' blob: ${hub}; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

// `--mode test` builds what the browser tests run: the studio, and a way to take its device away.
export default defineConfig(({ mode }) => ({
  plugins: [react()],
  worker: { format: 'es' },
  build: { outDir: mode === 'test' ? 'dist-test' : 'dist', target: 'es2022', chunkSizeWarningLimit: 800 },
  server: { headers: isolation },
  preview: { headers: { ...isolation, 'Content-Security-Policy': policy } },
}));
