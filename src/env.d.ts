// Only wgsl/sources.ts uses it; the engine otherwise knows nothing of Vite.
interface ImportMeta {
  glob(pattern: string, options: { query: '?raw'; import: 'default'; eager: true }): Record<string, unknown>;
}
interface ImportMeta {
  readonly env: { readonly BASE_URL: string; readonly MODE: string };
}
declare module '*.css';
