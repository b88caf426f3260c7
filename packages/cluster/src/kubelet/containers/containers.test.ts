import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Image } from '../cri/index.ts';
import { SimClock, aPod, aService } from '@tiphys/sdk/testing';
import { BackOff, environment, type EnvironmentSources, expand, imageProblem } from '../../podspec/index.ts';
import { dnsConfigOf, parseResolvConf } from './dns.ts';
import { hostNamesOf, hostsFile, kernelHostname } from './hostname.ts';
import { cpuQuota, cpuShares, linuxResources, oomScore } from './linux-resources.ts';
import { mountsOf } from './mounts.ts';
import { qosClassOf } from './qos.ts';
import { securityContext } from './security-context.ts';

const gib = 1024 ** 3;
const one = (more: object = {}) => ({ containers: [{ name: 'main', image: 'app:1', ...more }] });
const main = (pod: ReturnType<typeof aPod>) => pod.spec.containers[0]!;
const image = (more: Partial<Image> = {}): Image => ({
  id: 'sha256:1',
  repoTags: [],
  repoDigests: [],
  size: 1,
  uid: null,
  username: '',
  spec: null,
  pinned: false,
  ...more,
});

describe('what a pod calls itself', () => {
  const domain = 'cluster.local';
  it('has a hostname of at most 63 characters, and a domain under a subdomain', () => {
    const table: [spec: object, hostname: string, domain: string, kernel: string][] = [
      [{}, 'web', '', 'web'],
      [{ hostname: 'a', subdomain: 'b' }, 'a', 'b.default.svc.cluster.local', 'a'],
      [
        { hostname: 'a', subdomain: 'b', setHostnameAsFQDN: true },
        'a',
        'b.default.svc.cluster.local',
        'a.b.default.svc.cluster.local',
      ],
      [{ hostNetwork: true }, 'node', '', 'node'],
    ];
    for (const [spec, hostname, own, kernel] of table) {
      const pod = aPod({ metadata: { name: 'web' }, spec });
      const names = hostNamesOf(pod, domain, 'node');
      assert.deepEqual({ ...names, kernel: kernelHostname(pod, names) }, { hostname, domain: own, kernel });
    }
    const long = aPod({ metadata: { name: `${'a'.repeat(61)}--b` } });
    assert.equal(hostNamesOf(long, domain, 'node').hostname, 'a'.repeat(61));
  });

  it('knows itself by its hosts file', () => {
    const pod = aPod({ metadata: { name: 'web' }, spec: { hostAliases: [{ ip: '1.2.3.4', hostnames: ['x', 'y'] }] } });
    const text = hostsFile(pod, { hostname: 'web', domain: '' }, ['10.0.0.5', 'fd00::5']);
    assert.match(text, /^# Kubernetes-managed hosts file\.\n127\.0\.0\.1\tlocalhost\n/);
    assert.match(text, /\n10\.0\.0\.5\tweb\nfd00::5\tweb\n\n# Entries added by HostAliases\.\n1\.2\.3\.4\tx\ty\n$/);
    const onHost = hostsFile(aPod(), { hostname: 'node', domain: '' }, ['10.0.0.5'], '127.0.0.1 me\n');
    assert.equal(onHost, '# Kubernetes-managed hosts file (host network).\n127.0.0.1 me\n');
  });
});

describe('how a pod resolves names', () => {
  const host = parseResolvConf('nameserver 1.1.1.1\nsearch old\nsearch lan. corp\noptions edns0 ndots:2\n');
  const cluster = { servers: ['10.96.0.10'], domain: 'cluster.local' };
  const own = ['default.svc.cluster.local', 'svc.cluster.local', 'cluster.local'];
  it('follows its policy', () => {
    const table: [spec: object, servers: string[], searches: string[], options: string[]][] = [
      [{}, cluster.servers, [...own, 'lan', 'corp'], ['ndots:5']],
      [{ dnsPolicy: 'Default' }, ['1.1.1.1'], ['lan', 'corp'], ['edns0', 'ndots:2']],
      [{ hostNetwork: true }, ['1.1.1.1'], ['lan', 'corp'], ['edns0', 'ndots:2']],
      [
        { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' },
        cluster.servers,
        [...own, 'lan', 'corp'],
        ['ndots:5'],
      ],
      [{ dnsPolicy: 'None', dnsConfig: { nameservers: ['9.9.9.9'] } }, ['9.9.9.9'], [], []],
      [
        { dnsConfig: { searches: ['lan', 'more'], options: [{ name: 'ndots', value: '1' }, { name: 'rotate' }] } },
        cluster.servers,
        [...own, 'lan', 'corp', 'more'],
        ['ndots:1', 'rotate'],
      ],
    ];
    for (const [spec, servers, searches, options] of table) {
      assert.deepEqual(
        dnsConfigOf(aPod({ spec }), cluster, host),
        { servers, searches, options },
        JSON.stringify(spec),
      );
    }
  });
});

describe('what a container is held to', () => {
  it('has its quality of service from requests and limits', () => {
    const table: [resources: object, qos: string][] = [
      [{}, 'BestEffort'],
      [{ requests: { cpu: '0' } }, 'BestEffort'],
      [{ requests: { cpu: '1' } }, 'Burstable'],
      [{ limits: { cpu: '1', memory: '1Gi' } }, 'Guaranteed'],
      [{ limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1000m', memory: '1024Mi' } }, 'Guaranteed'],
      [{ limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m' } }, 'Burstable'],
    ];
    for (const [resources, qos] of table) assert.equal(qosClassOf(aPod({ spec: one({ resources }) })), qos);
  });

  it('gets shares, quota and a score for when memory runs out', () => {
    assert.deepEqual([0, 1, 100, 1000, 300_000].map(cpuShares), [2, 2, 102, 1024, 262_144]);
    assert.deepEqual([0, 1, 100, 1500].map(cpuQuota), [0, 1000, 10_000, 150_000]);
    const pod = aPod({
      spec: one({ resources: { requests: { memory: '2Gi' }, limits: { cpu: '250m', memory: '4Gi' } } }),
    });
    assert.deepEqual(linuxResources(pod, main(pod), 8 * gib), {
      cpuShares: 256,
      cpuPeriod: 100_000,
      cpuQuota: 25_000,
      memoryLimitInBytes: 4 * gib,
      oomScoreAdj: 750,
    });
    const scoreOf = (more: object, spec: object = {}) => {
      const p = aPod({ spec: { ...one({ resources: more }), ...spec } });
      return oomScore(p, main(p), 8 * gib);
    };
    assert.equal(scoreOf({}), 1000);
    assert.equal(scoreOf({ limits: { cpu: '1', memory: '1Gi' } }), -997);
    assert.equal(scoreOf({ requests: { memory: '1Mi' } }), 999);
    assert.equal(scoreOf({ requests: { memory: '9Gi' } }), 3);
    assert.equal(scoreOf({}, { priority: 2_000_000_000 }), -997);
  });
});

describe("a container's environment", () => {
  const sources: EnvironmentSources = {
    podIPs: ['10.0.0.5', 'fd00::5'],
    hostIPs: ['192.168.0.1'],
    allocatable: { cpu: '3500m', memory: '8Gi' },
    services: [
      aService({ metadata: { name: 'my-db' }, spec: { ports: [{ name: 'sql', port: 5432, protocol: 'TCP' }] } }),
      aService({ metadata: { name: 'headless' }, spec: { clusterIP: 'None', clusterIPs: ['None'] } }),
    ],
    configMap: async (name) => (name === 'map' ? ({ data: { A: 'a', B: 'b' } } as never) : undefined),
    secret: async (name) =>
      name === 'secret' ? ({ data: { S: Buffer.from('s').toString('base64') } } as never) : undefined,
  };
  const of = async (container: object, spec: object = {}) => {
    const pod = aPod({
      metadata: { name: 'web', labels: { app: 'x"y', a: '1' }, annotations: { k: 'v' } },
      spec: { ...one(container), ...spec },
    });
    return Object.fromEntries(await environment(pod, main(pod), sources));
  };

  it('takes variables from maps, one by one, and from services', async () => {
    const env = await of({
      envFrom: [{ prefix: 'P_', configMapRef: { name: 'map' } }, { secretRef: { name: 'secret' } }],
      env: [
        { name: 'X', value: '$(P_A) $(MY_DB_SERVICE_HOST) $(NONE) $$(P_A)' },
        { name: 'P_B', value: 'mine' },
        { name: 'LATER', value: '$(X)' },
      ],
    });
    assert.deepEqual(
      { X: env['X'], A: env['P_A'], B: env['P_B'], S: env['S'], L: env['LATER'] },
      { X: 'a 10.0.0.10 $(NONE) $(P_A)', A: 'a', B: 'mine', S: 's', L: 'a 10.0.0.10 $(NONE) $(P_A)' },
    );
    assert.equal(env['MY_DB_PORT_5432_TCP'], 'tcp://10.0.0.10:5432');
    assert.equal(env['MY_DB_SERVICE_PORT_SQL'], '5432');
    assert.equal(env['HEADLESS_SERVICE_HOST'], undefined);
    assert.equal((await of({}, { enableServiceLinks: false }))['MY_DB_SERVICE_HOST'], undefined);
  });

  it('tells the pod of itself', async () => {
    const field = (fieldPath: string) => ({ valueFrom: { fieldRef: { fieldPath } } });
    const resource = (name: string, divisor?: string) => ({
      valueFrom: { resourceFieldRef: { resource: name, ...(divisor && { divisor }) } },
    });
    const env = await of({
      resources: { requests: { cpu: '1500m', memory: '100Mi' } },
      env: [
        { name: 'LABELS', ...field('metadata.labels') },
        { name: 'ANNOTATION', ...field("metadata.annotations['k']") },
        { name: 'IPS', ...field('status.podIPs') },
        { name: 'CPU', ...resource('requests.cpu') },
        { name: 'MILLI', ...resource('requests.cpu', '1m') },
        { name: 'LIMIT', ...resource('limits.memory', '1Gi') },
      ],
    });
    const { LABELS, ANNOTATION, IPS, CPU, MILLI, LIMIT } = env;
    assert.deepEqual(
      [LABELS, ANNOTATION, IPS, CPU, MILLI, LIMIT],
      ['a="1"\napp="x\\"y"', 'v', '10.0.0.5,fd00::5', '2', '1500', '8'],
    );
  });

  it('says what is missing, unless it may be', async () => {
    const key = (kind: string, more: object) => ({ env: [{ name: 'X', valueFrom: { [kind]: more } }] });
    const table: [container: object, message: string][] = [
      [{ envFrom: [{ configMapRef: { name: 'no' } }] }, 'configmap "no" not found'],
      [{ envFrom: [{ secretRef: { name: 'no' } }] }, 'secret "no" not found'],
      [key('configMapKeyRef', { name: 'map', key: 'no' }), "couldn't find key no in ConfigMap default/map"],
      [
        key('secretKeyRef', { name: 'secret', key: '__proto__' }),
        "couldn't find key __proto__ in Secret default/secret",
      ],
    ];
    for (const [container, message] of table) {
      await assert.rejects(of(container), { reason: 'CreateContainerConfigError', message });
    }
    assert.equal((await of(key('secretKeyRef', { name: 'no', key: 'k', optional: true })))['X'], undefined);
  });
});

describe('who a container runs as', () => {
  const of = (container: object, shared: object = {}, about: Partial<Image> = {}) => {
    const pod = aPod({
      metadata: { name: 'web', uid: 'uid' },
      spec: { ...one({ securityContext: container }), securityContext: shared },
    });
    return securityContext(pod, main(pod), image(about), []);
  };
  it('is its own word, then the pod, then the image', () => {
    assert.deepEqual(of({ runAsUser: 5 }, { runAsUser: 6 }).runAsUser, { value: 5 });
    assert.deepEqual(of({}, { runAsUser: 6 }, { uid: { value: 7 } }).runAsUser, { value: 6 });
    assert.deepEqual(of({}, {}, { uid: { value: 7 } }).runAsUser, { value: 7 });
    assert.equal(of({}, {}, { username: 'www' }).runAsUsername, 'www');
    assert.deepEqual(of({}, { fsGroup: 9, supplementalGroups: [8, 9] }).supplementalGroups, [8, 9]);
  });
  it('is not root where that is forbidden', () => {
    const about = '(pod: "web_default(uid)", container: main)';
    const table: [container: object, image: Partial<Image>, message: string | undefined][] = [
      [{ runAsUser: 1 }, {}, undefined],
      [{ runAsUser: 0 }, {}, `container's runAsUser breaks non-root policy ${about}`],
      [{}, {}, `container has runAsNonRoot and image will run as root ${about}`],
      [{}, { uid: { value: 0 } }, `container has runAsNonRoot and image will run as root ${about}`],
      [{}, { uid: { value: 9 } }, undefined],
      [
        {},
        { username: 'www' },
        `container has runAsNonRoot and image has non-numeric user (www), cannot verify user is non-root ${about}`,
      ],
    ];
    for (const [container, its, message] of table) {
      const make = () => of({ runAsNonRoot: true, ...container }, {}, its);
      if (message) assert.throws(make, { reason: 'CreateContainerConfigError', message });
      else assert.doesNotThrow(make);
    }
  });
  it('sees less of the host unless it is privileged', () => {
    assert.ok(of({}).maskedPaths?.includes('/proc/kcore'));
    assert.equal(of({ privileged: true }).maskedPaths, undefined);
    assert.equal(of({ allowPrivilegeEscalation: false }).noNewPrivs, true);
    assert.equal(of({}).seccomp?.profileType, 'Unconfined');
    assert.equal(of({}, { seccompProfile: { type: 'RuntimeDefault' } }).seccomp?.profileType, 'RuntimeDefault');
  });
});

describe("a container's mounts", () => {
  const around = {
    volumes: new Map([['v', '/volumes/v']]),
    variables: new Map([['NAME', 'a']]),
    subPath: async (volume: string, within: string) => {
      if (within === 'bad') throw new Error('no');
      return `${volume}/${within}`;
    },
    hostsPath: '/pod/hosts',
    terminationLogPath: '/pod/log',
  };
  const of = async (volumeMounts: object[]) => {
    const pod = aPod({ spec: one({ volumeMounts }) as never });
    return mountsOf(pod, main(pod), around);
  };
  it('are its volumes, the hosts file and where it leaves its last words', async () => {
    const mounts = await of([
      { name: 'v', mountPath: '/data', readOnly: true },
      { name: 'v', mountPath: 'relative', subPathExpr: 'x/$(NAME)' },
      { name: 'v', mountPath: '/etc/hosts', subPath: 'hosts' },
    ]);
    assert.deepEqual(
      mounts.map((m) => `${m.hostPath} ${m.containerPath} ${m.readonly ?? false}`),
      [
        '/volumes/v /data true',
        '/volumes/v/x/a /relative false',
        '/volumes/v/hosts /etc/hosts false',
        '/pod/log /dev/termination-log false',
      ],
    );
  });
  it('cannot be of volumes and paths that are not there', async () => {
    const table: [mount: object, message: string][] = [
      [{ name: 'no', mountPath: '/x' }, 'cannot find volume "no" to mount into container'],
      [{ name: 'v', mountPath: '/x', subPathExpr: '$(NONE)' }, 'missing value for "NONE"'],
      [{ name: 'v', mountPath: '/x', subPath: 'bad' }, 'failed to prepare subPath for volumeMount "v"'],
    ];
    for (const [mount, message] of table) {
      await assert.rejects(of([mount]), { reason: 'CreateContainerConfigError', message });
    }
  });
});

describe('small words', () => {
  it('are expanded once', () => {
    const look = (name: string) => ({ A: '$(B)', B: 'b' })[name];
    assert.equal(expand('$(A) $(B) $$(B) $(C) $ $(', look), '$(B) b $(B) $(C) $ $(');
  });
  it('are names of images', () => {
    assert.equal(imageProblem('localhost:5000/a/b:v1'), undefined);
    assert.match(imageProblem('a/B') ?? '', /must be lowercase$/);
    assert.match(imageProblem('a b') ?? '', /invalid reference format$/);
  });
  it('are delays that double, and are forgotten after a while', async () => {
    const clock = new SimClock();
    const backOff = new BackOff(clock);
    const seen: number[] = [];
    for (let i = 0; i < 7; i++) {
      backOff.next('k');
      seen.push(backOff.waiting('k').delayMs / 1000);
      await clock.advance(backOff.waiting('k').leftMs);
    }
    assert.deepEqual(seen, [10, 20, 40, 80, 160, 300, 300]);
    await clock.advance(601_000);
    assert.equal(backOff.waiting('k').leftMs, 0);
    backOff.next('k');
    assert.equal(backOff.waiting('k').delayMs, 10_000);
  });
});
