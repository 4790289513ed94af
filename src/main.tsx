import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { findDevice, loseDevice } from './store/actions';
import { connectEngine } from './store/store';
import { App } from './ui/app';
import './ui/style.css';
import { EngineClient } from './worker/client';

const options = new URLSearchParams(location.search).get('max-binding');
const worker = new Worker(new URL('./worker/engine.worker.ts', import.meta.url), {
  type: 'module',
  name: options ? `max-binding=${options}` : 'engine',
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
void findDevice();
