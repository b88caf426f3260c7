import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { customResourceDefinition } from '@tiphys/sdk/api';
import * as cel from '@tiphys/sdk/cel';
import { lineOf } from '@tiphys/sdk/machinery';
import { decode } from '@tiphys/sdk/schema';
import { Generator } from './generated-schemas.ts';
import { buildProgram, withoutGo } from './go-program.ts';
import { expressions, runs, schemas, selectors, variables } from './kubernetes-cel-questions.ts';

interface Answer {
  readonly problem?: string;
  readonly type?: string;
  readonly min?: number;
  readonly max?: number;
  readonly cost?: number;
  readonly error?: string;
  readonly value?: string;
  readonly errors?: readonly string[];
}

/** What Kubernetes' own libraries answer; nothing where there is no Go to ask them with. */
function upstream(questions: readonly object[]): Answer[] {
  const { stdout, stderr, status } = spawnSync(buildProgram('kubernetes-cel'), {
    input: questions.map((q) => `${JSON.stringify(q)}\n`).join(''),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  assert.equal(status, 0, stderr);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Answer);
}

const dyn = cel.types.dyn;
const env = cel.baseEnv().extend({
  variables: [
    { name: 'x', type: dyn },
    { name: 's', type: cel.types.string },
    { name: 'l', type: cel.types.list(cel.types.int) },
    { name: 'm', type: cel.types.map(cel.types.string, cel.types.int) },
  ],
});

function ofExpression(source: string): Answer {
  const checked = cel.compile(env, source);
  if (!checked.ast) return { problem: checked.text };
  const { ast } = checked;
  const { min, max } = cel.estimateCost(ast, { estimate: cel.kubernetesCosts });
  let program: cel.Program;
  try {
    program = cel.program(env, ast);
  } catch (err) {
    return { problem: (err as Error).message, type: String(ast.type), min, max };
  }
  const values = new Map(Object.entries(variables).map(([name, value]) => [name, cel.readDynamic.read(value)]));
  const { result, cost } = program.eval(values);
  const answer = { type: String(ast.type), min, max, cost };
  return cel.isError(result) ? { ...answer, error: result.message } : { ...answer, value: textOf(result) };
}

function textOf(value: cel.Value): string {
  if (typeof value === 'string' || typeof value === 'boolean') return String(value);
  return value !== null && (typeof value !== 'object' || value instanceof cel.Uint || value instanceof cel.Double)
    ? cel.valueText(value)
    : cel.typeOfValue(value).name;
}

function compare<Q>(questions: readonly Q[], want: readonly Answer[], answer: (q: Q) => Answer): void {
  const different = questions.flatMap((q, i) => {
    const [ours, theirs] = [answer(q), want[i]!];
    try {
      assert.deepEqual(told(ours), told(theirs));
      return [];
    } catch {
      return [`${JSON.stringify(q)}\n  ours   ${JSON.stringify(told(ours))}\n  theirs ${JSON.stringify(told(theirs))}`];
    }
  });
  assert.equal(different.length, 0, `${different.length} of ${questions.length} differ\n${different.join('\n')}`);
}

const told = ({ problem, type, min = 0, max = 0, cost = 0, error, value = '', errors = [] }: Answer) => ({
  ...(problem ? { problem } : { type, cost, error, value }),
  min,
  // Upstream's are integers of 64 bits; of the largest ours are off by what a double can't hold.
  max: max.toPrecision(12),
  errors: errors.toSorted(),
});

test('expressions of all libraries evaluate and cost the same', (t) => {
  const why = withoutGo('kubernetes-cel');
  if (why) return t.skip(why);
  compare(expressions, upstream(expressions.map((expression) => ({ expression, variables }))), ofExpression);
});

test('selectors of devices are refused alike', (t) => {
  const why = withoutGo('kubernetes-cel');
  if (why) return t.skip(why);
  const want = upstream(selectors.map((device) => ({ device })));
  compare(
    selectors,
    want.map(({ problem, max = 0 }) => {
      const said = problem ?? (max > 1_000_000 ? 'too complex, exceeds cost limit' : undefined);
      return said ? { problem: said } : {};
    }),
    (selector) => {
      const problem = cel.selectorProblem(selector)?.problem;
      return problem === undefined ? {} : { problem };
    },
  );
});

const definition = (schema: object) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.example.com' },
  spec: {
    group: 'example.com',
    names: { kind: 'Thing', plural: 'things', listKind: 'ThingList', singular: 'thing' },
    scope: 'Namespaced',
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
  },
  status: { storedVersions: ['v1'] },
});

test('definitions with rules are refused alike', (t) => {
  const why = withoutGo('kubernetes-cel');
  if (why) return t.skip(why);
  compare(schemas, upstream(schemas.map((s) => ({ definition: definition(s) }))), (schema) => {
    const read = decode(customResourceDefinition.schema.shape, definition(schema), { fill: true });
    return { errors: [...customResourceDefinition.validate!(read as never, undefined)].map(lineOf) };
  });
});

test('rules say the same of objects', (t) => {
  const why = withoutGo('kubernetes-cel');
  if (why) return t.skip(why);
  compare(runs, upstream(runs), ({ schema, object, oldObject }) => ({
    errors: cel.RuleSet.of(schema)!.evaluate({ object, oldObject }).errors.map(lineOf),
  }));
});

const count = 1000;
const seed = Number(process.env['SEED'] ?? 1);

test(`rules of ${count} generated schemas say the same of objects`, (t) => {
  const why = withoutGo('kubernetes-cel');
  if (why) return t.skip(why);
  const generator = new Generator(seed);
  const generated = Array.from({ length: count }, () => generator.run());
  // Upstream gives the types of schemas numbers, of which each is another; and of walking a map each order is as good.
  const unnumbered = (errors: readonly string[] = []) => ({
    errors: [...new Set(errors.map((e) => e.replace(/selfType[\w.@]*/g, 'selfType')))],
  });
  compare(
    generated,
    upstream(generated).map(({ errors }) => unnumbered(errors)),
    ({ schema, object, oldObject }) =>
      unnumbered(cel.RuleSet.of(schema)?.evaluate({ object, oldObject, isStrict: true }).errors.map(lineOf)),
  );
});
