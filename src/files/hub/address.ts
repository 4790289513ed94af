import { FileError } from '../../util/errors';

/** A repository on a model hub, and the part of it to open. */
export interface HubAddress {
  /** Origin of the hub. */
  readonly endpoint: string;
  /** ORGANIZATION/NAME. */
  readonly repository: string;
  readonly revision: string;
  /** A file or folder inside; empty for the whole repository. */
  readonly path: string;
  /** A file type, as in ORGANIZATION/NAME:Q4_K_M; empty for none. */
  readonly tag: string;
}

/** Origin of the hub that an address means where it says none. */
export const HUB = 'https://huggingface.co';
/** Hosts of this machine: nobody in between reads or changes what they send. */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;
const NAME = /^[A-Za-z0-9][\w.-]*$/;

/**
 * Parses ORGANIZATION/NAME, optionally with @REVISION, :LEVEL or /FILE, and page addresses of the hub or a mirror of
 * it. Throws FileError.
 */
export function parseHubAddress(text: string): HubAddress {
  const bad = (): never => {
    throw new FileError(
      `"${text}" is no model address: expected ORGANIZATION/NAME, or the address of its page on the hub.`,
      'For example microsoft/Phi-4-mini-instruct, or hf.co/unsloth/Phi-4-mini-instruct-GGUF:Q4_K_M.',
    );
  };
  let rest = text.trim();
  let endpoint = HUB;
  const host = /^(https?):\/\/([^/]+)\/(.*)$/.exec(rest);
  if (host) {
    endpoint = /^(www\.)?(huggingface\.co|hf\.co)$/.test(host[2]!) ? HUB : `${host[1]}://${host[2]}`;
    if (endpoint.startsWith('http:') && !LOOPBACK.test(host[2]!))
      throw new FileError(
        `"${text}": http:// is taken for a hub on this machine alone, and ${host[2]} is another.`,
        `What comes over http:// can be read and changed on its way. Use https://${host[2]}.`,
      );
    const url = URL.canParse(endpoint) ? new URL(endpoint) : bad();
    if (url.username !== '' || url.password !== '') bad();
    endpoint = url.origin;
    rest = host[3]!;
  } else if (/^(huggingface\.co|hf\.co)\//.test(rest)) rest = rest.slice(rest.indexOf('/') + 1);
  else if (/^[a-z]+:\/\//i.test(rest)) bad();
  const decodePart = (part: string): string => {
    try {
      return decodeURIComponent(part);
    } catch {
      return bad(); // a % that escapes nothing
    }
  };
  const [organization = '', tail = '', ...parts] = rest
    .split(/[?#]/)[0]!
    .split('/')
    .filter((part) => part !== '');
  const match = /^([^@:]+)(?:@([^:]+))?(?::(.+))?$/.exec(tail) ?? bad();
  const [, name = '', revision, tag = ''] = match;
  if (!NAME.test(organization) || !NAME.test(name) || parts.includes('..')) bad();
  const view = ['tree', 'blob', 'resolve'].includes(parts[0] ?? '') ? parts.splice(0, 2)[1] : undefined;
  return {
    endpoint,
    repository: `${organization}/${name}`,
    revision: decodePart(view ?? revision ?? 'main'),
    path: parts.map(decodePart).join('/'),
    tag,
  };
}
