import { encodeUtf8 } from './utf8';

/** Most file systems take 255 bytes; browsers and sinks add `.crdownload`, `.part` and numbers. */
const MAX_FILE_NAME_BYTES = 200;
/** Devices of Windows, also with an extension behind them. */
const RESERVED =
  /^(con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3]|conin\$|conout\$)$/i;
/** Separators, what Windows forbids, and what cannot be seen. */
const FORBIDDEN = /[/\\:*?"<>|\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu;
/** An extension, with the number of a split before it. */
const EXTENSION = /(?:-\d{5}-of-\d{5})?\.[a-z0-9]{1,10}$/i;

/** The longest beginning of whole characters within a number of bytes. */
function cut(text: string, maxBytes: number): string {
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    bytes += encodeUtf8(character).length;
    if (bytes > maxBytes) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/**
 * A name under which any system saves a file: no folders, no hidden or reserved names, no blanks or dots at its ends, at
 * most 200 bytes. The extension stays. What cannot stand in a name becomes a dash.
 */
export function safeFileName(name: string): string {
  const clean = name.replace(FORBIDDEN, '-').replace(/[\s.]+$/, '');
  const extension = EXTENSION.exec(clean)?.[0] ?? '';
  const stem = clean.slice(0, clean.length - extension.length).replace(/^[\s.-]+/, '');
  const end = /[\s.]+$/;
  const short = cut(stem, MAX_FILE_NAME_BYTES - extension.length).replace(
    extension === '' ? end : /\s+$/,
    '',
  );
  const whole = `${short.replace(end, '') || 'model'}${extension}`;
  return RESERVED.test(whole.split('.')[0]!.trim()) ? safeFileName(`_${whole}`) : whole;
}
