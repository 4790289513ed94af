import { UnsupportedError } from '../../util/errors';
import { parseHubAddress } from './address';

/** True if a source of a content security policy, such as https://*.hub.example or http://localhost:*, takes an origin. */
function takes(source: string, origin: URL): boolean {
  const found = /^(https?):\/\/(\*\.)?([^/:]+)(?::(\d+|\*))?$/i.exec(source);
  if (!found) return false;
  const [, scheme = '', any, host = '', port] = found;
  if (origin.protocol !== 'https:' && origin.protocol !== `${scheme}:`) return false;
  if (any ? !origin.hostname.endsWith(`.${host.toLowerCase()}`) : origin.hostname !== host.toLowerCase())
    return false;
  return port === '*' || origin.port === (port === '443' ? '' : (port ?? ''));
}

/**
 * Throws UnsupportedError where the policy of a build keeps the page from the hub of an address: the browser would refuse each
 * request without a reason. No sources are no policy.
 */
export function checkHubAllowed(address: string, sources: readonly string[]): void {
  const { endpoint } = parseHubAddress(address);
  const origin = new URL(endpoint);
  if (sources.length === 0 || sources.some((source) => takes(source, origin))) return;
  throw new UnsupportedError(
    `This page may not connect to ${endpoint}: it was built for ${sources.join(', ')}.`,
    origin.hostname === '[::1]'
      ? 'A policy has no form for this address; use http://localhost, which is the same machine.'
      : 'Who serves the page allows a hub with VITE_HUB_ORIGINS when it is built (docs/deploy.md). A model that was downloaded can be dropped here.',
  );
}
