import type { Sources } from './link';

// The only file that depends on Vite.
const files = import.meta.glob('/shaders/**/*.wgsl', { query: '?raw', import: 'default', eager: true });

export const shaderSources: Sources = new Map(
  Object.entries(files).map(([path, text]) => [path.replace(/^\/shaders\/|\.wgsl$/g, ''), text as string]),
);
