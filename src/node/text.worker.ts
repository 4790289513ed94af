import { parentPort } from 'node:worker_threads';
import type { ToText } from '../text/sandbox/protocol';
import { serveText } from '../text/sandbox/serve';

const answer = serveText((message) => parentPort?.postMessage(message));
parentPort?.on('message', (message: ToText) => answer(message));
