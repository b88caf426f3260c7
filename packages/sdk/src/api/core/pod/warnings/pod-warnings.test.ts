import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decode } from '../../../../schema/index.ts';
import { deployment, type Deployment } from '../../../apps/deployment.ts';
import { type Pod, pod } from '../pod.ts';

const warningsOf = (spec: object, metadata: object = {}): string[] => {
  const object = decode(pod.schema.shape, { metadata: { name: 'p', ...metadata }, spec }) as Pod;
  const said: string[] = [];
  pod.default!(object);
  pod.prepareForCreate!(object, { now: 0, warn: (text) => said.push(text) });
  return [...said, ...pod.warnings!(object)];
};
const container = (more: object) => ({ containers: [{ name: 'c', image: 'x', ...more }] });

describe('what there is to say to who creates a pod', () => {
  const rows: [string, string[], string[]][] = [
    ['nothing', warningsOf(container({})), []],
    [
      'a name with dots',
      warningsOf(container({}), { name: 'a.b' }),
      [
        "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]",
      ],
    ],
    [
      'an old node label',
      warningsOf({ ...container({}), nodeSelector: { 'beta.kubernetes.io/os': 'linux' } }),
      ['spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead'],
    ],
    [
      'a variable twice',
      warningsOf(
        container({
          env: [
            { name: 'A', value: '1' },
            { name: 'A', value: '2' },
          ],
        }),
      ),
      ['spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply'],
    ],
    [
      'a variable that builds on itself',
      warningsOf(
        container({
          env: [
            { name: 'A', value: '1' },
            { name: 'A', value: '$(A):2' },
          ],
        }),
      ),
      [],
    ],
    [
      'a port twice',
      warningsOf(
        container({
          ports: [
            { containerPort: 80, name: 'a' },
            { containerPort: 80, name: 'b' },
          ],
        }),
      ),
      ['spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]'],
    ],
    [
      'half a byte',
      warningsOf(container({ resources: { limits: { memory: '500m' } } })),
      [
        'spec.containers[0].resources.limits[memory]: fractional byte value "500m" is invalid, must be an integer',
        'spec.containers[0].resources.requests[memory]: fractional byte value "500m" is invalid, must be an integer',
      ],
    ],
    [
      'files in one place',
      warningsOf({
        ...container({}),
        volumes: [
          {
            name: 'v',
            projected: {
              sources: [
                { configMap: { name: 'a', items: [{ key: 'k', path: 'x' }] } },
                { secret: { name: 'b', items: [{ key: 'k', path: 'x/y' }] } },
              ],
            },
          },
        ],
      }),
      ['volume "v" (Projected): overlapping paths: "x/y" (Secret "b") with "x" (ConfigMap "a")'],
    ],
    [
      'a volume whose time has passed',
      warningsOf({ ...container({}), volumes: [{ name: 'v', gitRepo: { repository: 'r' } }] }),
      ['spec.volumes[0].gitRepo: deprecated in v1.11, and disabled by default in v1.33+'],
    ],
    [
      'AppArmor by annotation, which becomes the field',
      warningsOf(container({}), {
        annotations: { 'container.apparmor.security.beta.kubernetes.io/c': 'runtime/default' },
      }),
      [
        'metadata.annotations[container.apparmor.security.beta.kubernetes.io/c]: deprecated since v1.30; use the "appArmorProfile" field instead',
      ],
    ],
    [
      'a spread that counts nothing',
      warningsOf({
        ...container({}),
        topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' }],
      }),
      ['spec.topologySpreadConstraints[0].labelSelector: a null labelSelector results in matching no pod'],
    ],
    [
      'an address written oddly',
      warningsOf({ ...container({}), hostAliases: [{ ip: '2001:DB8::1', hostnames: ['a'] }] }),
      ['spec.hostAliases[0].ip: IPv6 address "2001:DB8::1" should be in RFC 5952 canonical format ("2001:db8::1")'],
    ],
  ];
  for (const [name, got, want] of rows) test(name, () => assert.deepEqual(got, want));
});

test('a template is spoken of where it stands, and only when it changes', () => {
  const make = (generation: number) =>
    decode(deployment.schema.shape, {
      metadata: { name: 'd', generation },
      spec: { template: { spec: { ...container({}), terminationGracePeriodSeconds: -1 } } },
    }) as Deployment;
  const want =
    'spec.template.spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1';
  assert.deepEqual([...deployment.warnings!(make(1))], [want]);
  assert.deepEqual([...deployment.warnings!(make(2), make(1))], [want]);
  assert.deepEqual([...deployment.warnings!(make(1), make(1))], []);
});
