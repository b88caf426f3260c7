import { encodeMessage, s } from '@tiphys/sdk/schema';

/** Where time goes, as Go's pprof reads it. */
export interface Profile {
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly periodMs: number;
  readonly samples: readonly Sample[];
}

export interface Sample {
  /** The function that ran first, its caller after it, and so on. */
  readonly stack: readonly Frame[];
  readonly count: number;
  readonly nanoseconds: number;
}

export interface Frame {
  readonly name: string;
  readonly file: string;
  readonly line: number;
}

const valueType = s.struct('perftools.profiles.ValueType', {
  type: s.req(1, s.int64()),
  unit: s.req(2, s.int64()),
});
const sample = s.struct('perftools.profiles.Sample', {
  locationId: s.req(1, s.list(s.int64())),
  value: s.req(2, s.list(s.int64())),
});
const line = s.struct('perftools.profiles.Line', {
  functionId: s.req(1, s.int64()),
  line: s.req(2, s.int64()),
});
const location = s.struct('perftools.profiles.Location', {
  id: s.req(1, s.int64()),
  line: s.req(4, s.list(line)),
});
const called = s.struct('perftools.profiles.Function', {
  id: s.req(1, s.int64()),
  name: s.req(2, s.int64()),
  systemName: s.req(3, s.int64()),
  filename: s.req(4, s.int64()),
});
const message = s.struct('perftools.profiles.Profile', {
  sampleType: s.req(1, s.list(valueType)),
  sample: s.req(2, s.list(sample)),
  location: s.req(4, s.list(location)),
  function: s.req(5, s.list(called)),
  stringTable: s.req(6, s.list(s.str())),
  timeNanos: s.req(9, s.int64()),
  durationNanos: s.req(10, s.int64()),
  periodType: s.req(11, valueType),
  period: s.req(12, s.int64()),
});

/** The bytes of `profile.proto`. */
export function encodeProfile({ startedAtMs, durationMs, periodMs, samples }: Profile): Uint8Array {
  const texts = new Numbers<string>(0);
  texts.of('');
  const functions = new Numbers<string>(1);
  const locations = new Numbers<string>(1);
  const [functionRows, locationRows]: [object[], object[]] = [[], []];
  const locationOf = ({ name, file, line: at }: Frame): number => {
    const functionId = functions.of(`${file} ${name}`, (id) => {
      const number = texts.of(name);
      functionRows.push({ id, name: number, systemName: number, filename: texts.of(file) });
    });
    return locations.of(`${functionId}:${at}`, (id) => locationRows.push({ id, line: [{ functionId, line: at }] }));
  };
  const cpu = { type: texts.of('cpu'), unit: texts.of('nanoseconds') };
  const sampleType = [{ type: texts.of('samples'), unit: texts.of('count') }, cpu];
  const rows = samples.map(({ stack, count, nanoseconds }) => ({
    locationId: stack.map(locationOf),
    value: [count, nanoseconds],
  }));
  return encodeMessage(message.shape, {
    sampleType,
    sample: rows,
    location: locationRows,
    function: functionRows,
    stringTable: texts.all(),
    timeNanos: startedAtMs * 1_000_000,
    durationNanos: Math.round(durationMs * 1_000_000),
    periodType: cpu,
    period: periodMs * 1_000_000,
  } as never);
}

/** Numbers for things, in the order in which they are first asked for. */
class Numbers<T> {
  readonly #first: number;
  readonly #known = new Map<T, number>();

  constructor(first: number) {
    this.#first = first;
  }

  of(thing: T, isNew?: (id: number) => void): number {
    const known = this.#known.get(thing);
    if (known !== undefined) return known;
    const id = this.#first + this.#known.size;
    this.#known.set(thing, id);
    isNew?.(id);
    return id;
  }

  all(): T[] {
    return [...this.#known.keys()];
  }
}
