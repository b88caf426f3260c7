import { isIP } from 'node:net';
import { dnsLabelProblems, dnsSubdomainProblems, parseCidr, parseGoUrl } from '../../machinery/index.ts';

/** Formats of text; dashes in their names don't count. */
const textFormats: Readonly<Record<string, (text: string) => boolean>> = {
  bsonobjectid: (t) => /^[0-9a-f]{24}$/i.test(t),
  uri: isUri,
  email: isEmail,
  hostname: isHostname,
  ipv4: isSloppyIpv4,
  ipv6: (t) => t.includes(':') && isIP(t) === 6 && !t.includes('%'),
  cidr: isCidr,
  mac: isMac,
  uuid: (t) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(t),
  uuid3: (t) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(t),
  uuid4: (t) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i.test(t),
  uuid5: (t) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i.test(t),
  isbn: (t) => isIsbn10(t) || isIsbn13(t),
  isbn10: isIsbn10,
  isbn13: isIsbn13,
  creditcard: isCreditCard,
  ssn: (t) => /^\d{3}[- ]?\d{2}[- ]?\d{4}$/.test(t),
  hexcolor: (t) => /^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/.test(t),
  rgbcolor: isRgbColor,
  byte: (t) => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/.test(t),
  password: () => true,
  date: isDate,
  duration: isDuration,
  datetime: isDateTime,
  k8sshortname: (t) => dnsLabelProblems(t).length === 0,
  k8slongname: (t) => dnsSubdomainProblems(t).length === 0,
};

const numberFormats: Readonly<Record<string, readonly string[]>> = {
  integer: ['int32', 'int64'],
  number: ['float', 'double'],
};

const plain = (format: string): string => format.replaceAll('-', '');

/** Whether values of a type are checked by a format; other formats say nothing. */
export function checkedFormat(format: string, type: string): boolean {
  if (type === '' || type === 'string') return Object.hasOwn(textFormats, plain(format));
  return numberFormats[type]?.includes(format) ?? false;
}

/** Whether a text is of a format; any is of one that isn't for text. */
export const fitsFormat = (format: string, text: string): boolean => textFormats[plain(format)]?.(text) ?? true;

function isUri(text: string): boolean {
  try {
    parseGoUrl(text, { request: true });
    return true;
  } catch {
    return false;
  }
}

const hostname =
  /^([a-zA-Z0-9\p{S}\p{L}]((-?[a-zA-Z0-9\p{S}\p{L}]{0,62})?)|([a-zA-Z0-9\p{S}\p{L}](([a-zA-Z0-9\-\p{S}\p{L}]{0,61}[a-zA-Z0-9\p{S}\p{L}])?)(\.)){1,}([a-zA-Z\p{L}]){2,63})$/u;

function isHostname(text: string): boolean {
  if (Buffer.byteLength(text) > 255 || !hostname.test(text)) return false;
  return text.split('.').every((part) => Buffer.byteLength(part) <= 63);
}

/** Leading zeros are read as decimals, as upstream has always read them. */
function isSloppyIpv4(text: string): boolean {
  return /^\d+(\.\d+){3}$/.test(text) && text.split('.').every((part) => Number(part) <= 255);
}

function isCidr(text: string): boolean {
  const [address = '', bits = ''] = text.split('/');
  if (isSloppyIpv4(address)) return /^\d{1,2}$/.test(bits) && Number(bits) <= 32;
  return parseCidr(text) !== undefined;
}

/** Six, eight or twenty bytes, by colons, dashes, or dots in pairs. */
function isMac(text: string): boolean {
  const byte = '(?:[0-9a-fA-F]{2})';
  return [6, 8, 20].some((n) =>
    [`${byte}(:${byte}){${n - 1}}`, `${byte}(-${byte}){${n - 1}}`, `${byte}{2}(\\.${byte}{2}){${n / 2 - 1}}`].some(
      (form) => new RegExp(`^${form}$`).test(text),
    ),
  );
}

const digitsOf = (text: string): string => text.replace(/[\s-]+/g, '');

function isIsbn10(text: string): boolean {
  const digits = digitsOf(text);
  if (!/^(?:[0-9]{9}X|[0-9]{10})$/.test(digits)) return false;
  const sum = Array.from(digits, (d, i) => (i + 1) * (d === 'X' ? 10 : Number(d))).reduce((a, b) => a + b);
  return sum % 11 === 0;
}

function isIsbn13(text: string): boolean {
  const digits = digitsOf(text);
  if (!/^[0-9]{13}$/.test(digits)) return false;
  const sum = Array.from(digits.slice(0, 12), (d, i) => (i % 2 ? 3 : 1) * Number(d)).reduce((a, b) => a + b);
  return Number(digits[12]) === (10 - (sum % 10)) % 10;
}

const cards =
  /^(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35\d{3})\d{11})$/;

function isCreditCard(text: string): boolean {
  const digits = text.replace(/[^0-9]+/g, '');
  if (!cards.test(digits)) return false;
  const last = digits.length - 1;
  const values = Array.from(digits, (d, i) => Number(d) * ((last - i) % 2 ? 2 : 1));
  const sum = values.reduce((total, v) => total + (v > 9 ? v - 9 : v), 0);
  return sum % 10 === 0;
}

function isRgbColor(text: string): boolean {
  const part = '(0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])';
  return new RegExp(`^rgb\\(\\s*${part}\\s*,\\s*${part}\\s*,\\s*${part}\\s*\\)$`).test(text);
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

function isDateTime(text: string): boolean {
  const [date = '', time] = text.toLowerCase().split('t');
  if (time === undefined || !isDate(date)) return false;
  const [, hours = '', minutes = '', seconds = ''] =
    /^([0-9]{2}):([0-9]{2}):([0-9]{2})(?:.[0-9]+)?(?:z|[+-][0-9]{2}:[0-9]{2})$/.exec(time) ?? [];
  return hours !== '' && hours <= '23' && minutes <= '59' && seconds <= '59';
}

const goDuration = /^[-+]?(0|(\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))*)$/;
/** Units by their names; of the last of each line longer words do, too. */
const units = [
  ['ns', 'nano'],
  ['us', 'µs', 'micro'],
  ['ms', 'milli'],
  ['s', 'sec'],
  ['m', 'min'],
  ['h', 'hr', 'hour'],
  ['d', 'day'],
  ['w', 'wk', 'week'],
];

function isDuration(text: string): boolean {
  if (goDuration.test(text)) return true;
  return [...text.matchAll(/\d+\s*([A-Za-zµ]+)/g)].some(([, word = '']) => {
    const unit = word.toLowerCase();
    return units.some((names) => names.includes(unit) || unit.startsWith(names.at(-1)!));
  });
}

const atom = "[A-Za-z0-9!#$%&'*+\\-/=?^_`{|}~\\u0080-\\uffff]+";
const mailbox = new RegExp(
  `^(${atom}(\\.${atom})*|"([^"\\\\\\r\\n]|\\\\.)*")@(${atom}(\\.${atom})*|\\[[^\\[\\]\\\\\\r\\n]*\\])$`,
);

/** An address as mail has it, a name before it or not: `Ada <ada@example.com>`. */
function isEmail(text: string): boolean {
  const address = /^(?:[^<>@]*<([^<>]+)>|([^<>]+))$/.exec(text.trim());
  const [, named, bare] = address ?? [];
  return mailbox.test((named ?? bare ?? '').trim());
}
