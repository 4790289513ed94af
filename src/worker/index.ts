// nibble-studio/worker: the studio's engine in a Web Worker, so that a page stays responsive while it works.
import { EngineClient } from './client';

export { EngineClient, type Port, type Running } from './client';
export { serve } from './host';
export type {
  Calls,
  Event,
  ExportResult,
  ExportTarget,
  FromWorker,
  MemoryReport,
  ToWorker,
} from './protocol';

/** Starts a worker with the engine in it. Bundlers that know `new URL(..., import.meta.url)` pack it by themselves. */
export const startEngine = (): EngineClient =>
  new EngineClient(
    new Worker(new URL('./engine.worker.ts', import.meta.url), { type: 'module', name: 'engine' }),
  );
