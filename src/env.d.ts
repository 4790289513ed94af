// Only wgsl/sources.ts uses it; the engine otherwise knows nothing of Vite.
interface ImportMeta {
  glob(pattern: string, options: { query: '?raw'; import: 'default'; eager: true }): Record<string, unknown>;
}
interface ImportMeta {
  readonly env: {
    readonly BASE_URL: string;
    readonly MODE: string;
    readonly PROD: boolean;
    readonly VITE_VERSION: string;
    /** Sources of the policy that hubs are fetched from, separated by spaces; empty where there is no policy of ours. */
    readonly VITE_HUB_SOURCES: string;
  };
}
declare module '*.css';
/** A script that is built as a worker of its own; its address. */
declare module '*?worker&url' {
  const url: string;
  export default url;
}
