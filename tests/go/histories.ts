import type { JsonObject } from '@tiphys/sdk/machinery';
import fc from 'fast-check';

export interface Step {
  readonly manager: string;
  readonly apply: boolean;
  readonly force: boolean;
  readonly object: JsonObject;
}

// Few words, so that managers meet in the same fields.
const word = fc.constantFrom('a', 'b', 'c');
const optional = { requiredKeys: [], noNullPrototype: true };
const withMetadata = { requiredKeys: ['metadata'], noNullPrototype: true } as never;
const words = fc.dictionary(word, word, { maxKeys: 3, noNullPrototype: true });
const some = <T>(item: fc.Arbitrary<T>) => fc.array(item, { maxLength: 3 });
/** Lists whose items are told apart: now and then two are the same. */
const distinct = <T>(item: fc.Arbitrary<T>, key: (item: T) => unknown) =>
  fc.oneof(
    { weight: 12, arbitrary: fc.uniqueArray(item, { selector: key, maxLength: 3 }) },
    { weight: 1, arbitrary: some(item) },
  );

const named = <T>(rest: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record({ name: word, ...rest }, { requiredKeys: ['name'], noNullPrototype: true } as never) as fc.Arbitrary<{
    name: string;
  }>;
const nameOf = (item: { name: string }) => item.name;

const metadata = fc.record(
  {
    labels: fc.option(words),
    annotations: words,
    finalizers: distinct(word, (w) => w),
    ownerReferences: distinct(
      fc.record({ uid: word, name: word, kind: word, apiVersion: word }, { noNullPrototype: true }),
      (o) => o.uid,
    ),
  },
  optional,
);

const port = fc.record(
  {
    containerPort: fc.constantFrom(1, 2),
    protocol: fc.constantFrom('TCP', 'UDP'),
    name: word,
    hostPort: fc.constantFrom(1, 2),
  },
  { requiredKeys: ['containerPort'], noNullPrototype: true },
);
const container = named({
  image: word,
  args: some(word),
  ports: distinct(port, (p) => `${p.containerPort}${p.protocol ?? 'TCP'}`),
  env: distinct(named({ value: word }), nameOf),
  resources: fc.record(
    { limits: fc.dictionary(word, fc.constantFrom('1', '500m', 2), { noNullPrototype: true }) },
    optional,
  ),
  securityContext: fc.option(fc.record({ runAsUser: fc.constantFrom(0, 1), privileged: fc.boolean() }, optional)),
});
/** What is sent to be applied may be of wrong types. */
const podOf = (isApplied: boolean) =>
  fc.record(
    {
      metadata,
      spec: fc.record(
        {
          nodeName: word,
          containers: distinct(container, nameOf),
          volumes: distinct(
            named({ emptyDir: fc.record({ medium: word }, optional), hostPath: fc.record({ path: word }) }),
            nameOf,
          ),
          tolerations: some(fc.record({ key: word, effect: word }, optional)),
          nodeSelector: words,
          imagePullSecrets: distinct(fc.record({ name: fc.constantFrom('', 'a', 'b') }, optional), (s) => s.name ?? ''),
          hostAliases: distinct(
            fc.record({ ip: word, hostnames: some(word) }, { requiredKeys: ['ip'], noNullPrototype: true }),
            (h) => h.ip,
          ),
          activeDeadlineSeconds: isApplied
            ? fc.oneof(
                { weight: 9, arbitrary: fc.constantFrom<unknown>(1, 2) },
                { weight: 1, arbitrary: fc.constantFrom<unknown>('x', true) },
              )
            : fc.constantFrom<unknown>(1, 2),
          terminationGracePeriodSeconds: fc.option(fc.constantFrom(1, 2)),
          affinity: fc.record({ nodeAffinity: fc.record({}, optional) }, optional),
        },
        optional,
      ),
      status: fc.record(
        {
          phase: word,
          conditions: distinct(
            fc.record({ type: word, status: word, message: word }, { requiredKeys: ['type'], noNullPrototype: true }),
            (c) => c.type,
          ),
        },
        optional,
      ),
    },
    withMetadata,
  );

const service = fc.record(
  {
    metadata,
    spec: fc.record(
      {
        ports: distinct(
          fc.record(
            {
              port: fc.constantFrom(1, 2),
              protocol: fc.constantFrom('TCP', 'UDP'),
              name: word,
              targetPort: fc.constantFrom<unknown>(1, 'a'),
            },
            { requiredKeys: ['port'], noNullPrototype: true },
          ),
          (p) => `${p.port}${p.protocol ?? 'TCP'}`,
        ),
        selector: words,
        externalIPs: some(word),
        type: word,
      },
      optional,
    ),
  },
  withMetadata,
);

const configMap = fc.record(
  {
    metadata,
    data: fc.option(fc.dictionary(word, fc.option(word), { noNullPrototype: true })),
    immutable: fc.boolean(),
  },
  withMetadata,
);

const stepsOf = (kind: string, objectOf: (isApplied: boolean) => fc.Arbitrary<object>): fc.Arbitrary<Step[]> => {
  const step = (apply: boolean) =>
    fc.record({
      manager: fc.constantFrom('one', 'two', 'three'),
      apply: fc.constant(apply),
      force: fc.boolean(),
      object: objectOf(apply).map((o): JsonObject => ({ apiVersion: 'v1', kind, ...o })),
    });
  return fc.array(fc.oneof(step(true), step(false)), { minLength: 1, maxLength: 6 });
};

/** What several managers do to one object, one after the other. */
export const history: fc.Arbitrary<Step[]> = fc.oneof(
  { weight: 4, arbitrary: stepsOf('Pod', podOf) },
  { weight: 1, arbitrary: stepsOf('Service', () => service) },
  { weight: 1, arbitrary: stepsOf('ConfigMap', () => configMap) },
);
