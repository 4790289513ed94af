import type { FromText, ToText } from '../text/sandbox/protocol';
import { serveText } from '../text/sandbox/serve';

const answer = serveText((message: FromText) => self.postMessage(message));
self.onmessage = ({ data }: MessageEvent<ToText>) => answer(data);
