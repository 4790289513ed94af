// The content security policy of the built page: a meta tag, so that it holds on servers that send no headers.
import type { Plugin } from 'vite';

/** Hugging Face, and where it sends those who fetch a file: cdn-lfs*.huggingface.co, cdn-lfs*.hf.co, *.xethub.hf.co. */
const HUB = ['https://huggingface.co', 'https://*.huggingface.co', 'https://hf.co', 'https://*.hf.co'];
/** Hubs on the same machine. A policy has no form for the address [::1]; localhost is it, too. */
const LOOPBACK = ['http://localhost:*', 'http://127.0.0.1:*'];

/**
 * Origins of further hubs from VITE_HUB_ORIGINS, which are separated by spaces or commas. Throws where one is no origin:
 * a typing error would open the page to more than was meant, or to nothing.
 */
export function hubOrigins(text: string): string[] {
  const origins = text.split(/[\s,]+/).filter((part) => part !== '');
  for (const origin of origins)
    if (!/^https:\/\/(\*\.)?[a-z\d-]+(\.[a-z\d-]+)*(:\d+)?$/i.test(origin))
      throw new Error(
        `VITE_HUB_ORIGINS has "${origin}": expected origins such as https://hub.example, without a path; http:// is for this machine alone, which is always allowed.`,
      );
  return origins;
}

/** Sources of a policy that hubs are fetched from; the engine refuses others by name (src/files/hub/allowed.ts). */
export const hubSources = (origins: readonly string[] = []): string[] => [...HUB, ...LOOPBACK, ...origins];

/**
 * The policy. There is no 'unsafe-eval', and no 'wasm-unsafe-eval' either, as the page runs no WebAssembly. Workers start
 * from blobs, which inherit it (src/browser/start-worker.ts); 'self' beside them is for the service worker.
 * frame-ancestors means nothing in a meta tag: docs/deploy.md has it as a header.
 */
export const contentSecurityPolicy = (origins: readonly string[] = []): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    // What scripts set on an element's style is not inline to a policy; style elements and attributes in markup are.
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self' blob:",
    ['connect-src', "'self'", 'blob:', ...hubSources(origins)].join(' '),
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');

/** Puts the policy into the built page, before anything that it governs. The development server has none. */
export function policyTag(policy: string): Plugin {
  const charset = '<meta charset="utf-8" />';
  return {
    name: 'policy-tag',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html) {
        if (!html.includes(charset)) throw new Error(`index.html has no ${charset} to put the policy after`);
        const tag = `<meta http-equiv="Content-Security-Policy" content="${policy}" />`;
        return html.replace(charset, `${charset}\n    ${tag}`);
      },
    },
  };
}
