// Decimal units, as Hugging Face and file managers have them.
const MB = 1e6;
const GB = 1e9;

/** A figure of GB without its unit: one decimal. */
export const gigabytes = (bytes: number): string => (bytes / GB).toFixed(1);

/** A size of a file with its unit: two decimals of GB, one of MB, whole kB. */
export function megaOrGiga(bytes: number): string {
  if (bytes >= GB) return `${(bytes / GB).toFixed(2)} GB`;
  if (bytes >= MB) return `${(bytes / MB).toFixed(1)} MB`;
  return bytes === 0 ? '0 MB' : `${Math.max(1, Math.round(bytes / 1000))} kB`;
}

/** Unit of a column of sizes: GB, or MB where the largest of them is a small fraction of one. */
export type SizeUnit = 'GB' | 'MB';
export const sizeUnit = (maxBytes: number): SizeUnit => (maxBytes >= GB / 2 ? 'GB' : 'MB');

/** A figure of a column of sizes. */
export const inUnit = (bytes: number, unit: SizeUnit): string =>
  (bytes / (unit === 'GB' ? GB : MB)).toFixed(2);

/** A divergence in nats: two significant digits. */
export function nats(kl: number): string {
  if (kl === 0) return '0';
  if (kl < 0.0005) return kl.toExponential(1).replace('-', '−');
  return kl < 1 ? kl.toFixed(Math.max(2, 1 - Math.floor(Math.log10(kl)))) : kl.toFixed(1);
}

/** A divergence with its error: as many decimals as the divergence has, more where the error would be gone. */
export function natsWithError(kl: number, error: number): string {
  const value = nats(kl);
  if (/e/.test(value) || kl === 0) return `${value} ± ${nats(error)}`;
  const decimals = value.split('.')[1]?.length ?? 0;
  const rounded = error.toFixed(decimals);
  return `${value} ± ${Number(rounded) > 0 || error === 0 ? rounded : String(Number(error.toPrecision(1)))}`;
}

/** A number of weights: 8.03 G, 134 M. */
export function weights(count: number): string {
  if (count >= 1e9) return `${(count / 1e9).toFixed(2)} G`;
  if (count >= 1e6) return `${(count / 1e6).toFixed(1)} M`;
  return count.toLocaleString('en');
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** A day in the past: today, yesterday, or its date. */
export function ago(thenMs: number, nowMs: number, language = 'en'): string {
  const dayOf = (ms: number) => Math.floor((ms - new Date(ms).getTimezoneOffset() * 60_000) / DAY_MS);
  const days = dayOf(nowMs) - dayOf(thenMs);
  if (days >= 0 && days < 2)
    return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(-days, 'day');
  return new Date(thenMs).toLocaleDateString(language, { day: 'numeric', month: 'short' });
}
