import {
  dns1035LabelProblems,
  dnsLabelProblems,
  dnsSubdomainProblems,
  labelValueProblems,
  parseGoUrl,
  qualifiedNameProblems,
} from '../../../machinery/index.ts';
import type { Library } from '../../env.ts';
import { readList, readString } from '../../json-values.ts';
import { types } from '../../types.ts';
import { EvalError, OpaqueValue, Optional, type Value } from '../../values.ts';
import { scaled } from '../estimates.ts';
import { costing, fn, member, overload, perCharacter } from '../functions.ts';
import { sizeOf } from '../sizes.ts';

const formatType = types.object('kubernetes.NamedFormat');

interface Format {
  readonly problems: (text: string) => readonly string[];
  /** The length of the pattern that stands for the work of checking it. */
  readonly patternSize: number;
}

class FormatValue extends OpaqueValue {
  readonly type = formatType;
  readonly format: Format;

  constructor(format: Format) {
    super();
    this.format = format;
  }

  equals(other: Value): boolean | EvalError {
    return other instanceof FormatValue ? this.format === other.format : new EvalError('no such overload');
  }
}

/** Checks what a generated name starts with: whatever is appended, a dash in its end does no harm. */
const asPrefix = (problems: Format['problems']) => (text: string) =>
  problems(text.length > 1 && text.endsWith('-') ? `${text.slice(0, -2)}a` : text);

const matching = (isGood: (text: string) => boolean, problem: string) => (text: string) =>
  isGood(text) ? [] : [problem];

function uriProblems(text: string): string[] {
  try {
    parseGoUrl(text, { request: true });
    return [];
  } catch (err) {
    return [(err as Error).message];
  }
}

function isDate(text: string): boolean {
  const m = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (!m) return false;
  const [year, month, day] = m.slice(1).map(Number) as [number, number, number];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function isDateTime(text: string): boolean {
  const [date = '', time = ''] = text.toLowerCase().split('t');
  const m = /^(\d\d):(\d\d):(\d\d)(.\d+)?(z|([+-]\d\d:\d\d))$/.exec(time);
  return isDate(date) && m !== null && m[1]! <= '23' && m[2]! <= '59' && m[3]! <= '59';
}

const isUuid = (text: string): boolean => /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i.test(text);

const isBase64 = (text: string): boolean =>
  /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/.test(text);

const formats = new Map<string, Format>(
  Object.entries({
    dns1123Label: { problems: dnsLabelProblems, patternSize: 30 },
    dns1123Subdomain: { problems: dnsSubdomainProblems, patternSize: 60 },
    dns1035Label: { problems: dns1035LabelProblems, patternSize: 30 },
    qualifiedName: { problems: qualifiedNameProblems, patternSize: 60 },
    dns1123LabelPrefix: { problems: asPrefix(dnsLabelProblems), patternSize: 30 },
    dns1123SubdomainPrefix: { problems: asPrefix(dnsSubdomainProblems), patternSize: 60 },
    dns1035LabelPrefix: { problems: asPrefix(dns1035LabelProblems), patternSize: 30 },
    labelValue: { problems: labelValueProblems, patternSize: 40 },
    uri: { problems: uriProblems, patternSize: 1103 },
    uuid: { problems: matching(isUuid, 'does not match the UUID format'), patternSize: 70 },
    byte: { problems: matching(isBase64, 'invalid base64'), patternSize: 84 },
    date: { problems: matching(isDate, 'invalid date'), patternSize: 71 },
    datetime: { problems: matching(isDateTime, 'invalid datetime'), patternSize: 71 },
  }),
);

const values = new Map([...formats].map(([name, format]) => [name, new FormatValue(format)]));
const problemList = readList(readString);
const perPatternCharacter = 0.25;
const longestPattern = 128;

function validate({ format }: FormatValue, text: string): Optional {
  const problems = format.problems(text);
  return problems.length ? Optional.of(problemList.read(problems) as Value) : Optional.none;
}

function named(name: string): Optional {
  const value = values.get(name);
  return value ? Optional.of(value) : Optional.none;
}

export const formatFunctions: Library = {
  name: 'kubernetes.format',
  functions: [
    ...[...values].map(([name, value]) =>
      fn(`format.${name}`, overload(`format.${name}`, { parameters: [], result: formatType, call: () => value })),
    ),
    fn(
      'format.named',
      overload('format-named', {
        parameters: [types.string],
        result: types.optional(formatType),
        call: named,
        ...costing(1),
      }),
    ),
    fn(
      'validate',
      member('format-validate', {
        parameters: [formatType, types.string],
        result: types.optional(problemList.type),
        call: validate,
        cost: ([value, text]) =>
          value instanceof FormatValue
            ? Math.ceil((1 + sizeOf(text!)) * perCharacter) * Math.ceil(value.format.patternSize * perPatternCharacter)
            : 1,
        estimate: ({ args }) => ({
          cost: scaled(scaled(args[0]!.size, perCharacter), longestPattern * perPatternCharacter),
        }),
      }),
    ),
  ],
};
