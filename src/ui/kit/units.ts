// Decimal units, as Hugging Face and file managers have them.
import { languageNow } from '../words/language';
import { exponential, fixed, numeral, whole } from './numerals';

const MB = 1e6;
const GB = 1e9;

/** Memory with its unit: one decimal of GB. */
export const gigabytesOf = (bytes: number): string => `${fixed(bytes / GB, 1)} GB`;

/**
 * Memory before the whole that it is a part of: in GB its unit follows with the whole; what would be hardly any of them is in
 * MB and says so.
 */
export const partOf = (bytes: number, wholeBytes: number): string =>
  bytes >= GB / 10 || wholeBytes < GB || bytes === 0 ? fixed(bytes / GB, 1) : megaOrGiga(bytes);

/** A size of a file with its unit: two decimals of GB, one of MB, whole kB. */
export function megaOrGiga(bytes: number): string {
  if (bytes >= GB) return `${fixed(bytes / GB, 2)} GB`;
  if (bytes >= MB) return `${fixed(bytes / MB, 1)} MB`;
  return bytes === 0 ? '0 MB' : `${Math.max(1, Math.round(bytes / 1000))} kB`;
}

/** Unit of a column of sizes: GB, or MB where the largest of them is a small fraction of one. */
export type SizeUnit = 'GB' | 'MB';
export const sizeUnit = (maxBytes: number): SizeUnit => (maxBytes >= GB / 2 ? 'GB' : 'MB');

/** A figure of a column of sizes. */
export const inUnit = (bytes: number, unit: SizeUnit): string => fixed(bytes / (unit === 'GB' ? GB : MB), 2);

/** A divergence in nats: two significant digits. */
export function nats(kl: number): string {
  if (kl === 0) return '0';
  if (kl < 0.0005) return exponential(kl, 1).replace('-', '−');
  return kl < 1 ? fixed(kl, Math.max(2, 1 - Math.floor(Math.log10(kl)))) : fixed(kl, 1);
}

/** A divergence with its error: as many decimals as the divergence has, more where the error would be gone. */
export function natsWithError(kl: number, error: number): string {
  const value = nats(kl);
  if (/e/.test(value) || kl === 0) return `${value} ± ${nats(error)}`;
  const decimals = value.split(/[.,]/)[1]?.length ?? 0;
  const rounded = error.toFixed(decimals);
  return `${value} ± ${Number(rounded) > 0 || error === 0 ? numeral(rounded) : numeral(String(Number(error.toPrecision(1))))}`;
}

/** A number of weights: 8.03 G, 134 M. */
export function weights(count: number): string {
  if (count >= 1e9) return `${fixed(count / 1e9, 2)} G`;
  if (count >= 1e6) return `${fixed(count / 1e6, 1)} M`;
  return whole(count);
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** A day in the past: today, yesterday, or its date. */
export function ago(thenMs: number, nowMs: number, language: string = languageNow()): string {
  const dayOf = (ms: number) => Math.floor((ms - new Date(ms).getTimezoneOffset() * 60_000) / DAY_MS);
  const days = dayOf(nowMs) - dayOf(thenMs);
  if (days >= 0 && days < 2)
    return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(-days, 'day');
  return new Date(thenMs).toLocaleDateString(language, { day: 'numeric', month: 'short' });
}
