import {
  bindingsLibrary,
  compile,
  CostLimitError,
  Double,
  Duration,
  Env,
  EvalError,
  fieldsOf,
  homogeneousLiterals,
  isError,
  type JsonReader,
  ListValue,
  MapValue,
  type ObjectType,
  Optional,
  optionalLibrary,
  PlanError,
  program,
  readBool,
  readDynamic,
  readInt,
  readList,
  readMap,
  readObject,
  readString,
  type Result,
  standardLibrary,
  Timestamp,
  twoVariableLibrary,
  Type,
  types,
  Uint,
  type Value,
  wellFormedLiterals,
} from '@tiphys/sdk/cel';

/** What came of an expression, as the program `cel` in Go prints it. */
export interface Outcome {
  readonly issues?: string;
  readonly type?: string;
  readonly value?: string;
  readonly error?: string;
  readonly cost?: number;
}

const fields = new Map<string, { readonly reader: JsonReader }>();
const thing: ObjectType = { type: types.object('Thing'), fields };
const readThing = readObject(thing);
for (const [name, field] of fieldsOf({
  name: readString,
  count: readInt,
  tags: readList(readString),
  labels: readMap(readString),
  inner: readThing,
  any: readDynamic,
  things: readList(readThing),
})) {
  fields.set(name, field);
}

/** The variables of the program in Go, by type and value. */
const variables: readonly (readonly [name: string, type: Type, value: Result])[] = [
  ['i', types.int, 5],
  ['u', types.uint, new Uint(7n)],
  ['d', types.double, new Double(2.5)],
  ['b', types.bool, readBool.read(true)],
  ['s', types.string, 'héllo wörld'],
  ['y', types.bytes, Buffer.from('bytes')],
  ['x', types.dyn, readDynamic.read({ a: 1, b: 'two', c: [1, '2', 3.5, null], d: { e: true }, n: null })],
  ['li', types.list(types.int), readList(readInt).read([3, 1, 2])],
  ['ls', types.list(types.string), readList(readString).read(['b', 'a', 'c'])],
  ['msi', types.map(types.string, types.int), readMap(readInt).read({ one: 1, two: 2 })],
  ['lx', types.list(types.dyn), readDynamic.read([1, 's', 2.5, true, null, [1], { k: 'v' }])],
  ['t', types.timestamp, new Timestamp(Date.UTC(2024, 1, 29, 23, 59, 58) / 1000, 123456789)],
  ['r', types.duration, new Duration(90n * 60_000_000_000n + 1_500_000_000n)],
  [
    'o',
    thing.type,
    readThing.read({
      name: 'first',
      count: 3,
      tags: ['x', 'y'],
      labels: { app: 'web', tier: 'front' },
      any: { deep: [1, 2] },
      inner: { name: 'second', count: 4 },
      things: [{ name: 'a', count: 1 }, { name: 'b' }],
    }),
  ],
  ['oi', types.optional(types.int), Optional.of(9)],
];

const env = new Env({
  libraries: [standardLibrary, optionalLibrary, twoVariableLibrary, bindingsLibrary],
  optionalSyntax: true,
  crossTypeNumericComparisons: true,
  presenceTestHasCost: false,
  variables: variables.map(([name, type]) => ({ name, type })),
  types: [thing],
});
const environments = { plain: env, kubernetes: env.extend({ libraries: [homogeneousLiterals, wellFormedLiterals] }) };

const activation: ReadonlyMap<string, Result> = new Map(variables.map(([name, , value]) => [name, value]));

/** The same through ours. */
export function outcomeOf(expr: string, environment: keyof typeof environments = 'plain'): Outcome {
  const within = environments[environment];
  const compiled = compile(within, expr);
  if (!compiled.ast) return { issues: compiled.text };
  const type = String(compiled.ast.type);
  try {
    const { result, cost } = program(within, compiled.ast).eval(activation, { budget: 1_000_000 });
    if (result instanceof CostLimitError) return { type, error: result.message };
    return { type, ...(result instanceof EvalError ? { error: result.message } : { value: format(result) }), cost };
  } catch (err) {
    if (err instanceof PlanError) return { type, error: `program: ${err.message}` };
    throw err;
  }
}

/** A value so that Go writes the same. */
function format(value: Value): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint') {
    return String(value);
  }
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof Uint) return `${value.value}u`;
  if (value instanceof Double) return `double:${doubleBits(value.value)}`;
  if (value instanceof Uint8Array) return `bytes:${Buffer.from(value).toString('hex')}`;
  if (value instanceof Timestamp) return `timestamp:${value.seconds}.${String(value.nanos).padStart(9, '0')}`;
  if (value instanceof Duration) return `duration:${value.nanos}`;
  if (value instanceof Type) return `type:${value.name}`;
  if (value instanceof Optional) return value.value === undefined ? 'none' : `some(${format(value.value)})`;
  if (value instanceof ListValue) {
    return `[${Array.from({ length: value.size }, (_, i) => formatResult(value.at(i))).join(',')}]`;
  }
  if (value instanceof MapValue) {
    const entries = [...value.keys()].map((k) => `${format(k)}:${formatResult(value.find(k)!)}`);
    return `{${entries.toSorted((a, b) => (a < b ? -1 : 1)).join(',')}}`;
  }
  return value.type.name;
}

const formatResult = (result: Result): string => (isError(result) ? `error(${result.message})` : format(result));

function doubleBits(value: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return Number.isNaN(value) ? 'nan' : bytes.toString('hex');
}
