import { FileError } from '../util/errors';
import type { ByteSource } from './byte-source';

export interface NamedRange {
  readonly what: string;
  readonly start: number;
  readonly end: number;
}

/** Throws FileError unless every range lies inside the file and no two overlap. */
export function checkRanges(source: ByteSource, ranges: readonly NamedRange[]): void {
  const sorted = [...ranges].sort((a, b) => a.start - b.start || a.end - b.end);
  let before: NamedRange | undefined;
  for (const range of sorted) {
    if (range.end > source.sizeBytes)
      throw new FileError(
        `${source.name}: ${range.what} takes bytes ${range.start} to ${range.end}, but the file ends at ${source.sizeBytes}.`,
        'The file is cut short. Download or copy it again.',
      );
    if (before && range.start < before.end)
      throw new FileError(
        `${source.name}: ${range.what} (from byte ${range.start}) overlaps ${before.what} (to byte ${before.end}).`,
        'The file is damaged. Download or convert it again.',
      );
    before = range;
  }
}
