// The parts of a pattern of names, whatever its grammar. Sets are over bytes, as std::regex over char is.

/** 256 flags, one for each byte. */
export type ByteSet = Uint8Array;

export type Pattern =
  | { readonly kind: 'set'; readonly set: ByteSet }
  | { readonly kind: 'all'; readonly parts: readonly Pattern[] }
  | { readonly kind: 'any'; readonly options: readonly Pattern[] }
  | {
      readonly kind: 'repeat';
      readonly part: Pattern;
      readonly min: number;
      readonly max: number;
      readonly lazy: boolean;
    }
  | { readonly kind: 'group'; readonly part: Pattern; readonly index: number }
  | { readonly kind: 'same'; readonly index: number }
  | { readonly kind: 'look'; readonly part: Pattern; readonly negated: boolean }
  | { readonly kind: 'edge'; readonly edge: Edge };

/** `^`, `$`, `\b` and `\B`. */
export type Edge = 'start' | 'end' | 'word' | 'inside';

export const setOf = (test: (byte: number) => boolean): ByteSet =>
  Uint8Array.from({ length: 256 }, (_, byte) => (test(byte) ? 1 : 0));

const between = (first: number, last: number) => (byte: number) => byte >= first && byte <= last;
const isUpper = between(65, 90);
const isLower = between(97, 122);
const isDigit = between(48, 57);
const isAlpha = (byte: number) => isUpper(byte) || isLower(byte);
const isAlnum = (byte: number) => isAlpha(byte) || isDigit(byte);
const isGraph = between(33, 126);
const isSpace = (byte: number) => byte === 32 || between(9, 13)(byte);
export const isWord = (byte: number): boolean => isAlnum(byte) || byte === 95;

/** Classes of the C locale by name, and by the letters of `\d`, `\s` and `\w`. */
const classes: Readonly<Record<string, (byte: number) => boolean>> = {
  d: isDigit,
  s: isSpace,
  w: isWord,
  alnum: isAlnum,
  alpha: isAlpha,
  blank: (byte) => byte === 32 || byte === 9,
  cntrl: (byte) => byte < 32 || byte === 127,
  digit: isDigit,
  graph: isGraph,
  lower: isLower,
  print: between(32, 126),
  punct: (byte) => isGraph(byte) && !isAlnum(byte),
  space: isSpace,
  upper: isUpper,
  xdigit: (byte) => isDigit(byte) || between(65, 70)(byte) || between(97, 102)(byte),
};

/** The class of a name in any case; undefined if there is none. */
export const classByName = (name: string): ((byte: number) => boolean) | undefined =>
  Object.hasOwn(classes, name.toLowerCase()) ? classes[name.toLowerCase()] : undefined;

const CONTROLS =
  'NUL SOH STX ETX EOT ENQ ACK alert backspace tab newline vertical-tab form-feed carriage-return SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC IS4 IS3 IS2 IS1 space exclamation-mark quotation-mark number-sign dollar-sign percent-sign ampersand apostrophe left-parenthesis right-parenthesis asterisk plus-sign comma hyphen period slash zero one two three four five six seven eight nine colon semicolon less-than-sign equals-sign greater-than-sign question-mark commercial-at';
const BRACKETS = 'left-square-bracket backslash right-square-bracket circumflex underscore grave-accent';
const BRACES = 'left-curly-bracket vertical-line right-curly-bracket tilde DEL';
const collating = new Map<string, number>(
  (
    [
      [0, CONTROLS],
      [91, BRACKETS],
      [123, BRACES],
    ] as const
  ).flatMap(([first, names]) =>
    names.split(' ').map((name, i): [string, number] => [name.toLowerCase(), first + i]),
  ),
);

/** The byte of a POSIX collating element: one character, or its name. */
export const byteByName = (name: string): number | undefined =>
  name.length === 1 ? name.charCodeAt(0) : collating.get(name.toLowerCase());
