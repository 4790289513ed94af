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
