import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { startWorker } from './browser/start-worker';
import { findDevice, loadLists } from './store/work/actions';
import { tellEngineEnded } from './store/work/job';
import { takeLaunches } from './store/model/launch';
import { keep } from './store/work/site';
import { connectEngine } from './store/store';
import { settingsStore } from './store/settings';
import { App } from './ui/app';
import { languageOf, speak } from './ui/words/language';
import './ui/style/index.css';
import { EngineClient } from './worker/client';
import engineUrl from './worker/engine.worker.ts?worker&url';

/** Options for the engine from the page's address. */
const options = ['max-binding', 'tune'].flatMap((name) => {
  const value = new URLSearchParams(location.search).get(name);
  return value === null ? [] : [`${name}=${value}`];
});
let worker: Worker;
const startEngine = () => {
  worker = startWorker(engineUrl, options.join(' ') || 'engine');
  return worker;
};
connectEngine(new EngineClient(startEngine, { ended: tellEngineEnded }));

const root = document.getElementById('root');
// A page in another language does not begin in English.
void speak(languageOf(settingsStore.getState().language, navigator.languages)).then(() => {
  if (root)
    createRoot(root).render(
      <StrictMode>
        <App />
      </StrictMode>,
    );
});
// Only in the build for tests (engine.worker.ts): the device or the worker fails.
if (import.meta.env.MODE === 'test')
  Object.assign(window, {
    nibble: {
      loseDevice: () => worker.postMessage('loseDevice'),
      failEngine: (how: string) => worker.postMessage(`${how}Engine`),
    },
  });
void loadLists();
takeLaunches();
// A build keeps itself for visits without its server, after the engine has loaded, with which it would compete. The build
// for tests does so where it is asked to: walks answer requests of the page, which a service worker would see first.
const wantsKeeping =
  import.meta.env.MODE !== 'test' || new URLSearchParams(location.search).has('service-worker');
void findDevice().finally(() => {
  if (import.meta.env.PROD && wantsKeeping) void keep(import.meta.url).catch(() => {});
});
