import type { FromText } from '../text/sandbox/protocol';
import { TextSandbox } from '../text/sandbox/sandbox';
import { startWorker } from './start-worker';
import textUrl from './text.worker.ts?worker&url';

/** A sandbox for templates and tokenizers in a dedicated worker, which starts at the first text. */
export const browserTextSandbox = (): TextSandbox =>
  new TextSandbox((on) => {
    const worker = startWorker(textUrl, 'text');
    worker.onmessage = ({ data }: MessageEvent<FromText>) => on.message(data);
    worker.onerror = (event) => {
      event.preventDefault();
      on.died(event.message || 'its script could not be loaded');
    };
    return { post: (message) => worker.postMessage(message), end: () => worker.terminate() };
  });
