import { expect, test } from 'vitest';
import { hubSources } from '../../../scripts/site/policy';
import { checkHubAllowed } from './allowed';

const sources = hubSources(['https://hub.example', 'https://*.mirror.example:8443']);

test.each([
  'org/name',
  'hf.co/org/name',
  'https://www.huggingface.co/org/name',
  'http://localhost:8080/org/name',
  'http://127.0.0.1/org/name',
  'https://localhost:8443/org/name',
  'https://hub.example/org/name',
  'https://HUB.example:443/org/name',
  'https://eu.mirror.example:8443/org/name',
])('%s is allowed', (address) => expect(() => checkHubAllowed(address, sources)).not.toThrow());

test.each([
  ['https://elsewhere.example/org/name', 'https://elsewhere.example'],
  ['https://hub.example:444/org/name', 'https://hub.example:444'],
  ['https://sub.hub.example/org/name', 'https://sub.hub.example'],
  ['https://mirror.example:8443/org/name', 'https://mirror.example:8443'],
  ['https://eu.mirror.example/org/name', 'https://eu.mirror.example'],
  ['https://huggingface.co.evil.example/org/name', 'https://huggingface.co.evil.example'],
  ['https://nothub.example/org/name', 'https://nothub.example'],
  ['http://[::1]:9/org/name', 'http://[::1]:9'],
])('%s is refused by name', (address, named) => {
  const refusal = `This page may not connect to ${named}: it was built for https://huggingface.co, `;
  expect(() => checkHubAllowed(address, sources)).toThrow(refusal);
});

test('the hint leads to the setting, or to the name of this machine', () => {
  const hintOf = (address: string) => {
    try {
      checkHubAllowed(address, sources);
    } catch (error) {
      return (error as { hint: string }).hint;
    }
    return '';
  };
  expect(hintOf('https://elsewhere.example/org/name')).toMatch(/VITE_HUB_ORIGINS .*docs\/deploy\.md/);
  expect(hintOf('http://[::1]:9/org/name')).toMatch(/http:\/\/localhost/);
});

test("where nothing was built in, in somebody else's page, every hub is allowed", () =>
  expect(() => checkHubAllowed('https://elsewhere.example/org/name', [])).not.toThrow());
