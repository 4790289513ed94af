import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { findDevice, loadLists, loseDevice } from './store/work/actions';
import { connectEngine } from './store/store';
import { App } from './ui/app';
import './ui/style.css';
import { EngineClient } from './worker/client';

/** What the engine is told by the page's address. */
const options = ['max-binding', 'tune'].flatMap((name) => {
  const value = new URLSearchParams(location.search).get(name);
  return value === null ? [] : [`${name}=${value}`];
});
const worker = new Worker(new URL('./worker/engine.worker.ts', import.meta.url), {
  type: 'module',
  name: options.join(' ') || 'engine',
});
connectEngine(new EngineClient(worker));

const root = document.getElementById('root');
if (root)
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
// For the tests of recovery: the device goes away as if the driver had been reset.
Object.assign(window, { nibble: { loseDevice } });
void loadLists();
void findDevice();
