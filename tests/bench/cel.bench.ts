import { celEnv, type CelInput, parse, plan } from '@bufbuild/cel';
import { compile, Env, optionalLibrary, program, readDynamic, standardLibrary, types } from '@tiphys/sdk/cel';
import type { Bench, Row } from './row.ts';

const runMs = 1500;

const object = {
  metadata: { name: 'web-1', labels: { app: 'web', tier: 'front' } },
  spec: {
    replicas: 3,
    containers: [
      { name: 'web', image: 'registry.k8s.io/web:1.2', resources: { limits: { cpu: '1' } } },
      { name: 'sidecar', image: 'registry.k8s.io/sidecar:0.9', resources: { limits: { cpu: '100m' } } },
    ],
  },
};

const rule =
  "object.spec.replicas <= 5 && object.metadata.labels.app == 'web' && " +
  "object.spec.containers.all(c, c.image.startsWith('registry.k8s.io/') && has(c.resources.limits))";

const env = new Env({
  libraries: [standardLibrary, optionalLibrary],
  optionalSyntax: true,
  variables: [{ name: 'object', type: types.dyn }],
});

/** What a policy's expression costs: to read it once, and at each write. */
export const cel: Bench = {
  name: 'cel',
  run: async (progress) => {
    progress('expressions');
    const { ast } = compile(env, rule);
    const evaluate = program(env, ast!);
    const activation = new Map([['object', readDynamic.read(object)]]);
    const other = plan(celEnv(), parse(rule));
    const given = { object } as unknown as Record<string, CelInput>;
    return [
      measure(
        'CEL: a rule read',
        'a rule of three conditions over a pod-like object parsed, checked and compiled',
        () => program(env, compile(env, rule).ast!),
      ),
      {
        ...measure('CEL: a rule asked', 'the same rule evaluated over plain JSON, with its cost counted', () =>
          evaluate.eval(activation, { budget: 1_000_000 }),
        ),
        peers: [measure('@bufbuild/cel', 'the same without types and costs', () => other(given))],
      },
    ];
  },
};

function measure(what: string, definition: string, work: () => unknown): Row {
  const until = (ms: number): number => {
    const end = performance.now() + ms;
    let done = 0;
    for (; performance.now() < end; done += 10) for (let i = 0; i < 10; i++) work();
    return done;
  };
  until(runMs / 3);
  const cpu = process.cpuUsage();
  const start = performance.now();
  const done = until(runMs);
  const { user, system } = process.cpuUsage(cpu);
  return { what, definition, rate: (done / (performance.now() - start)) * 1000, cpuUs: (user + system) / done };
}
