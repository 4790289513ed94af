import { expect, test } from 'vitest';
import { adapterHelp, webGpuHelp, whereOf } from './help';

const CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36';
const agents = {
  'chrome, windows': `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME}`,
  'chrome, linux': `Mozilla/5.0 (X11; Linux x86_64) ${CHROME}`,
  'chrome, chromeos': `Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${CHROME}`,
  'chrome, android': `Mozilla/5.0 (Linux; Android 10; K) ${CHROME.replace('Safari', 'Mobile Safari')}`,
  'edge, windows': `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} Edg/150.0.0.0`,
  'edge, android': `Mozilla/5.0 (Linux; Android 10; K) ${CHROME} EdgA/150.0.0.0`,
  'firefox, windows': 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:153.0) Gecko/20100101 Firefox/153.0',
  'firefox, linux': 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0',
  'firefox, android': 'Mozilla/5.0 (Android 14; Mobile; rv:153.0) Gecko/153.0 Firefox/153.0',
  'safari, macos':
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
  'safari, ios':
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
  'chrome, ios':
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/150.0 Mobile/15E148 Safari/604.1',
};

test.each([
  ['chrome, windows', 'chromium', 'windows'],
  ['chrome, linux', 'chromium', 'linux'],
  ['chrome, chromeos', 'chromium', 'chromeos'],
  ['chrome, android', 'chromium', 'android'],
  ['edge, windows', 'edge', 'windows'],
  ['edge, android', 'edge', 'android'],
  ['firefox, windows', 'firefox', 'windows'],
  ['firefox, linux', 'firefox', 'linux'],
  ['firefox, android', 'firefox', 'android'],
  ['safari, macos', 'safari', 'macos'],
  ['safari, ios', 'safari', 'ios'],
  ['chrome, ios', 'safari', 'ios'],
] as const)('%s is told from its user agent', (agent, browser, system) => {
  expect(whereOf(agents[agent])).toEqual({ browser, system });
});

test.each([
  ['chrome, windows', /chrome:\/\/settings\/system.*graphics driver.*chrome:\/\/gpu/],
  ['chrome, linux', /chrome:\/\/flags\/#enable-unsafe-webgpu and chrome:\/\/flags\/#enable-vulkan/],
  ['chrome, android', /Android 12/],
  ['edge, windows', /edge:\/\/settings\/system/],
  ['firefox, linux', /about:support/],
  ['safari, macos', /macOS/],
] as const)('without an adapter %s gets its own steps', (agent, steps) => {
  expect(adapterHelp(agents[agent])).toMatch(steps);
  expect(adapterHelp(agents[agent])).toMatch(/Looking at a model and its plan works without\.$/);
});

test.each([
  ['chrome, android', /from 121/],
  ['firefox, linux', /dom\.webgpu\.enabled/],
  ['firefox, windows', /version 141/],
  ['safari, macos', /Feature Flags/],
  ['chrome, ios', /iOS 26/],
] as const)('without WebGPU %s gets its own steps', (agent, steps) => {
  expect(webGpuHelp(agents[agent], true)).toMatch(steps);
  expect(webGpuHelp(agents[agent], false)).toMatch(/over https/);
});
