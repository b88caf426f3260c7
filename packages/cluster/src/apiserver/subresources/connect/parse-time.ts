import { badRequest } from '@tiphys/sdk/machinery';

const layout = '2006-01-02T15:04:05Z07:00';
/** The layout's elements, each with what may stand for it and, for numbers, how large it may be. */
const elements: readonly { name: string; pattern: RegExp; range?: readonly [number, number]; called?: string }[] = [
  { name: '2006', pattern: /^\d{4}/ },
  { name: '-', pattern: /^-/ },
  { name: '01', pattern: /^\d\d/, range: [1, 12], called: 'month' },
  { name: '-', pattern: /^-/ },
  { name: '02', pattern: /^\d\d/, called: 'day' },
  { name: 'T', pattern: /^T/ },
  { name: '15', pattern: /^\d\d/, range: [0, 23], called: 'hour' },
  { name: ':', pattern: /^:/ },
  { name: '04', pattern: /^\d\d/, range: [0, 59], called: 'minute' },
  { name: ':', pattern: /^:/ },
  { name: '05', pattern: /^\d\d(?:[.,]\d+)?/, range: [0, 59], called: 'second' },
  { name: 'Z07:00', pattern: /^(?:Z|[+-]\d\d:\d\d)/ },
];

/** A time of a query, in UTC with whole seconds; 400 says where it goes wrong, as upstream's parser does. */
export function parseTime(text: string): string {
  let rest = text;
  const refuse = (why: string) => badRequest(`parsing time ${JSON.stringify(text)}${why}`);
  for (const { name, pattern, range, called } of elements) {
    const found = pattern.exec(rest)?.[0];
    if (found === undefined) {
      throw refuse(` as ${JSON.stringify(layout)}: cannot parse ${JSON.stringify(rest)} as ${JSON.stringify(name)}`);
    }
    const value = Math.floor(Number(found.replace(',', '.')));
    if (range && (value < range[0] || value > range[1])) throw refuse(`: ${called} out of range`);
    rest = rest.slice(found.length);
  }
  if (rest) throw refuse(`: extra text: ${JSON.stringify(rest)}`);
  const [year, month, day] = [text.slice(0, 4), text.slice(5, 7), text.slice(8, 10)].map(Number) as [
    number,
    number,
    number,
  ];
  if (day < 1 || day > new Date(Date.UTC(year, month, 0)).getUTCDate()) throw refuse(': day out of range');
  const time = new Date(text.replace(/[.,]\d+/, ''));
  return `${time.toISOString().slice(0, 19)}Z`;
}
