import { TemplateError } from './template-error';

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** Python's strftime in the C locale, with glibc's flags `-`, `_`, `0` and `^`. The date is read in local time. */
export function strftime(date: Date, format: string): string {
  const dayOfYear =
    Math.round(
      (Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) - Date.UTC(date.getFullYear(), 0, 1)) /
        86_400_000,
    ) + 1;
  const week = (firstDay: number): number =>
    Math.floor((dayOfYear + 6 - ((date.getDay() - firstDay + 7) % 7)) / 7);
  const hour12 = date.getHours() % 12 || 12;
  const pad = (value: number, width: number, flag: string, fill = '0'): string => {
    const text = String(value);
    if (flag === '-') return text;
    return text.padStart(width, flag === '_' ? ' ' : flag === '0' ? '0' : fill);
  };
  const one = (flag: string, directive: string): string => {
    switch (directive) {
      case 'a':
        return DAYS[date.getDay()]!.slice(0, 3);
      case 'A':
        return DAYS[date.getDay()]!;
      case 'b':
      case 'h':
        return MONTHS[date.getMonth()]!.slice(0, 3);
      case 'B':
        return MONTHS[date.getMonth()]!;
      case 'd':
        return pad(date.getDate(), 2, flag);
      case 'e':
        return pad(date.getDate(), 2, flag, ' ');
      case 'm':
        return pad(date.getMonth() + 1, 2, flag);
      case 'y':
        return pad(date.getFullYear() % 100, 2, flag);
      case 'Y':
        return String(date.getFullYear());
      case 'C':
        return pad(Math.floor(date.getFullYear() / 100), 2, flag);
      case 'H':
        return pad(date.getHours(), 2, flag);
      case 'k':
        return pad(date.getHours(), 2, flag, ' ');
      case 'I':
        return pad(hour12, 2, flag);
      case 'l':
        return pad(hour12, 2, flag, ' ');
      case 'M':
        return pad(date.getMinutes(), 2, flag);
      case 'S':
        return pad(date.getSeconds(), 2, flag);
      case 'f':
        return String(date.getMilliseconds() * 1000).padStart(6, '0');
      case 'p':
        return date.getHours() < 12 ? 'AM' : 'PM';
      case 'P':
        return date.getHours() < 12 ? 'am' : 'pm';
      case 'j':
        return pad(dayOfYear, 3, flag);
      case 'w':
        return String(date.getDay());
      case 'u':
        return String(date.getDay() || 7);
      case 'U':
        return pad(week(0), 2, flag);
      case 'W':
        return pad(week(1), 2, flag);
      case 's':
        return String(Math.floor(date.getTime() / 1000));
      case 'z':
      case 'Z':
        return '';
      case 'n':
        return '\n';
      case 't':
        return '\t';
      case '%':
        return '%';
      case 'c':
        return strftime(date, '%a %b %e %H:%M:%S %Y');
      case 'D':
      case 'x':
        return strftime(date, '%m/%d/%y');
      case 'F':
        return strftime(date, '%Y-%m-%d');
      case 'R':
        return strftime(date, '%H:%M');
      case 'T':
      case 'X':
        return strftime(date, '%H:%M:%S');
      case 'r':
        return strftime(date, '%I:%M:%S %p');
      default:
        return `%${flag}${directive}`;
    }
  };
  if (format.length > 10_000) throw new TemplateError('the format of strftime_now is too long');
  return format.replace(/%([-_0^]?)([a-zA-Z%])/g, (_, flag: string, directive: string) =>
    flag === '^' ? one('', directive).toUpperCase() : one(flag, directive),
  );
}
