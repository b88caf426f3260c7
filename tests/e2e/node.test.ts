import assert from 'node:assert/strict';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { configMap, event as eventKind, node as nodeKind, pod as podKind, secret } from '@tiphys/sdk/api';
import { systemClock } from '@tiphys/sdk/runtime';
import { imageFromHost } from 'tiphys/kubelet/images';
import { architecture } from './containerd-lab.ts';
import { cgroupValue, image, isReady, mainOf, NodeLab, statusOf, waits, whyNoNode } from './node-lab.ts';

import { RegistryLab, registryUser, whyNoRegistry } from './registry-lab.ts';

const noRegistry = await whyNoRegistry();
const skip = (await whyNoNode()) ?? false;

describe('a node on real containers', { skip, timeout: 170_000, concurrency: 3 }, () => {
  let lab: NodeLab;
  before(async () => {
    lab = await NodeLab.open();
  });
  after(() => lab?.[Symbol.asyncDispose]());

  it('is ready, and tells what it is', async () => {
    const node = await lab.client.get(nodeKind, { metadata: { name: lab.nodeName } });
    assert.match(node.status.nodeInfo.containerRuntimeVersion, /^containerd:\/\/\d/);
    assert.ok(Number(node.status.capacity?.['cpu']) > 0);
    assert.equal(node.status.allocatable?.['pods'], '110');
    assert.ok(node.status.images?.some((i) => i.names?.includes(`docker.io/library/${image}`)));
  });

  it('runs a pod and says so as kubectl prints it', async () => {
    await lab.create('web', waits);
    const pod = await lab.ready('web');
    assert.equal(pod.status.phase, 'Running');
    assert.match(pod.status.podIP ?? '', /^10\.\d+\.\d+\.\d+$/);
    assert.match(mainOf(pod)?.containerID ?? '', /^containerd:\/\/[0-9a-f]{64}$/);
    const account = '/var/run/secrets/kubernetes.io/serviceaccount';
    assert.equal(await lab.exec(pod, `cat ${account}/namespace`), 'default');
    const token = await lab.exec(pod, `cat ${account}/token`);
    const claims = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { sub: string };
    assert.equal(claims.sub, 'system:serviceaccount:default:default');
    const ready = pod.status.conditions?.find((c) => c.type === 'Ready');
    assert.deepEqual([ready?.reason, ready?.message], [undefined, undefined]);
    assert.deepEqual(await lab.eventsWith('web', /^Started: /), [
      `Pulled: Container image "${image}" already present on machine and can be accessed by the pod`,
      'Created: Container created',
      'Started: Container started',
    ]);
    await lab.remove('web');
    assert.deepEqual(await lab.sandboxes('web'), []);
    const files = join(lab.config.rootDir, 'pods', pod.metadata.uid!);
    await lab.until('its files are gone', async () =>
      stat(files).then(
        () => false,
        () => true,
      ),
    );
  });

  it('gives a container its environment, command, directory and user', async () => {
    await lab.client.create(configMap, { metadata: { namespace: 'default', name: 'env' }, data: { A: 'from map' } });
    const secretData = { S: Buffer.from('from secret').toString('base64') };
    await lab.client.create(secret, { metadata: { namespace: 'default', name: 'env' }, data: secretData });
    const env = [
      { name: 'PLAIN', value: 'x$(A)$$(A)' },
      { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
      { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
      { name: 'LIMIT', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } },
      { name: 'S', valueFrom: { secretKeyRef: { name: 'env', key: 'S' } } },
    ];
    await lab.create(
      'env',
      waits,
      {},
      {
        env: env,
        envFrom: [{ configMapRef: { name: 'env' } }],
        workingDir: '/tmp',
        resources: { limits: { memory: '64Mi' } },
        securityContext: {
          runAsUser: 1234,
          runAsGroup: 2345,
          readOnlyRootFilesystem: true,
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
        },
      },
    );
    const pod = await lab.ready('env');
    const out = await lab.exec(pod, 'echo "$A|$PLAIN|$NODE|$IP|$LIMIT|$S"; pwd; id -u; id -g; touch /x 2>&1 || true');
    const [values, pwd, uid, gid, denied] = out.split('\n');
    assert.equal(values, `from map|xfrom map$(A)|node-1|${pod.status.podIP}|64|from secret`);
    assert.deepEqual([pwd, uid, gid], ['/tmp', '1234', '2345']);
    assert.match(denied ?? '', /Read-only file system/);
    const status = await lab.exec(pod, 'cat /proc/self/status');
    assert.match(status, /^CapBnd:\s+0+$/m);
    assert.match(status, /^NoNewPrivs:\s+1$/m);
    await lab.remove('env');
  });

  it('mounts volumes, keeps what comes from the API current, and cleans up', async () => {
    const name = { namespace: 'default', name: 'files' };
    await lab.client.create(configMap, { metadata: name, data: { a: '1', b: '2' } });
    const data = { key: Buffer.from('hidden').toString('base64') };
    await lab.client.create(secret, { metadata: name, data });
    await lab.create(
      'files',
      waits,
      {
        securityContext: { fsGroup: 4242 },
        volumes: [
          { name: 'map', configMap: { name: 'files' } },
          { name: 'secret', secret: { secretName: 'files', defaultMode: 0o400 } },
          { name: 'empty', emptyDir: {} },
          { name: 'memory', emptyDir: { medium: 'Memory', sizeLimit: '8Mi' } },
          { name: 'host', hostPath: { path: '/etc/hostname', type: 'File' } },
          {
            name: 'all',
            projected: {
              sources: [
                { configMap: { name: 'files', items: [{ key: 'a', path: 'deep/a' }] } },
                { downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
              ],
            },
          },
        ],
      },
      {
        env: [{ name: 'SUB', value: 'one' }],
        volumeMounts: [
          { name: 'map', mountPath: '/map' },
          { name: 'secret', mountPath: '/secret' },
          { name: 'empty', mountPath: '/empty' },
          { name: 'empty', mountPath: '/sub', subPathExpr: 'dir/$(SUB)' },
          { name: 'map', mountPath: '/single', subPath: 'b' },
          { name: 'memory', mountPath: '/memory' },
          { name: 'host', mountPath: '/hostname' },
          { name: 'all', mountPath: '/all', readOnly: true },
        ],
      },
    );
    const pod = await lab.ready('files');
    const read = await lab.exec(pod, 'cat /map/a /map/b /single /secret/key /all/deep/a /all/name; echo y > /sub/f');
    assert.equal(read, '122hidden1files');
    assert.equal(await lab.exec(pod, 'cat /empty/dir/one/f'), 'y');
    assert.equal(await lab.exec(pod, 'cat /hostname'), (await readFile('/etc/hostname', 'utf8')).trim());
    assert.match(await lab.exec(pod, 'cat /proc/mounts'), /^tmpfs \/memory tmpfs rw.*size=8192k/m);
    assert.match(await lab.exec(pod, 'ls -lnL /secret/key'), /^-r--r----- .* 4242 /);
    assert.match(await lab.exec(pod, 'ls -ldn /empty'), /^drwxrwsrwx .* 4242 /);

    await lab.client.patch(configMap, { metadata: name }, { type: 'merge', patch: { data: { a: 'new', c: '3' } } });
    await lab.until('the map is new', async () => (await lab.exec(pod, 'cat /map/a /map/c || true')) === 'new3');
    assert.equal(await lab.exec(pod, 'cat /single'), '2');
    await lab.remove('files');
    assert.deepEqual(await lab.mounts(pod.metadata.uid!), []);
    await assert.rejects(stat(join(lab.config.rootDir, 'memory', pod.metadata.uid!)), { code: 'ENOENT' });
  });

  it('waits for what a pod needs and says what is missing', async () => {
    await lab.create('missing', waits, { volumes: [{ name: 'v', configMap: { name: 'late' } }] });
    const told = 'FailedMount: MountVolume.SetUp failed for volume "v" : configmap "late" not found';
    await lab.until('it is told', async () => (await lab.events('missing')).includes(told));
    await lab.client.create(configMap, { metadata: { namespace: 'default', name: 'late' }, data: {} });
    await lab.ready('missing');
    await lab.create(
      'unset',
      waits,
      {},
      {
        env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 'nowhere', key: 'k' } } }],
      },
    );
    const unset = await lab.podWhen('unset', (p) => statusOf(p) === 'CreateContainerConfigError');
    assert.equal(mainOf(unset)?.state.waiting?.message, 'secret "nowhere" not found');
    await Promise.all([lab.remove('missing'), lab.remove('unset')]);
  });

  it('tells of a container that keeps ending', async () => {
    await lab.create('crash', 'echo dying >&2; echo last words > /dev/termination-log; exit 3');
    const pod = await lab.podWhen('crash', (p) => statusOf(p) === 'CrashLoopBackOff');
    const { uid } = pod.metadata;
    assert.equal(
      mainOf(pod)?.state.waiting?.message,
      `back-off 10s restarting failed container=main pod=crash_default(${uid})`,
    );
    const last = mainOf(pod)?.lastState.terminated;
    assert.deepEqual([last?.exitCode, last?.reason, last?.message], [3, 'Error', 'last words\n']);
    const told = `BackOff: Back-off restarting failed container main in pod crash_default(${uid})`;
    await lab.until('it is told', async () => (await lab.events('crash')).includes(told));
    await lab.remove('crash');
  });

  it('tells of images that are not there', async () => {
    const bad = 'localhost:16569/nowhere:1';
    await lab.create('pull', waits, {}, { image: bad });
    const failed = await lab.podWhen('pull', (p) => statusOf(p) === 'ErrImagePull');
    assert.match(
      mainOf(failed)?.state.waiting?.message ?? '',
      /desc = failed to pull and unpack image "localhost:16569/,
    );
    const waiting = await lab.podWhen('pull', (p) => statusOf(p) === 'ImagePullBackOff');
    assert.match(
      mainOf(waiting)?.state.waiting?.message ?? '',
      /^Back-off pulling image "localhost:16569\/nowhere:1": /,
    );
    const events = await lab.eventsWith('pull', /^BackOff: /);
    assert.ok(events.includes(`Pulling: Pulling image "${bad}"`));
    assert.ok(events.includes('Failed: Error: ErrImagePull'));
    assert.ok(events.includes(`BackOff: Back-off pulling image "${bad}"`));

    await lab.create('never', waits, {}, { image: bad, imagePullPolicy: 'Never' });
    await lab.podWhen('never', (p) => statusOf(p) === 'ErrImageNeverPull');
    await lab.create('odd', waits, {}, { image: 'Not/An:Image' });
    await lab.podWhen('odd', (p) => statusOf(p) === 'InvalidImageName');
    await Promise.all(['pull', 'never', 'odd'].map((name) => lab.remove(name)));
  });

  it('pulls with the credentials that the pod brings', { skip: noRegistry }, async () => {
    await using registry = await RegistryLab.open();
    const path = process.env['PATH'] ?? '';
    const made = await imageFromHost({ files: ['busybox'], architecture, path });
    const name = await registry.push('team/private', '1', made);
    const container = { image: name, imagePullPolicy: 'Always' };
    await lab.create('denied', waits, {}, container);
    const denied = await lab.podWhen('denied', (p) => statusOf(p) === 'ErrImagePull');
    assert.match(mainOf(denied)?.state.waiting?.message ?? '', /no basic auth credentials|401 Unauthorized/);
    const config = JSON.stringify({ auths: { [registry.host]: registryUser } });
    await lab.client.create(secret, {
      metadata: { namespace: 'default', name: 'pull' },
      type: 'kubernetes.io/dockerconfigjson',
      data: { '.dockerconfigjson': Buffer.from(config).toString('base64') },
    });
    await lab.create('allowed', waits, { imagePullSecrets: [{ name: 'absent' }, { name: 'pull' }] }, container);
    const allowed = await lab.ready('allowed');
    assert.match(mainOf(allowed)?.imageID ?? '', /team\/private@sha256:/);
    const pulled = /^Pulled: Successfully pulled image ".*" in .*including waiting/;
    await lab.eventsWith('allowed', pulled, /^FailedToRetrieveImagePullSecret: /);
    await Promise.all([lab.remove('denied'), lab.remove('allowed')]);
  });

  it('runs init containers, sidecars and hooks in their order', async () => {
    const say = (word: string) => `echo ${word} >> /log/log`;
    const volumeMounts = [{ name: 'log', mountPath: '/log' }];
    const container = (name: string, script: string, more: object = {}) => ({
      name,
      image,
      volumeMounts,
      command: ['sh', '-c', script],
      ...more,
    });
    const sidecar = (name: string) =>
      container(name, `trap '${say(`${name}-end`)}; exit 0' TERM; ${say(name)}; sleep 1000 & wait`, {
        restartPolicy: 'Always' as const,
        startupProbe: { exec: { command: ['sh', '-c', `grep ${name} /log/log`] }, periodSeconds: 1 },
      });
    const dir = join(lab.containerd.dir, 'order');
    await lab.create('order', waits, {
      terminationGracePeriodSeconds: 10,
      volumes: [{ name: 'log', hostPath: { path: dir, type: 'DirectoryOrCreate' } }],
      initContainers: [
        container('first', say('first')),
        sidecar('side'),
        sidecar('other'),
        container('last', say('last')),
      ],
      containers: [
        container('main', `trap '${say('main-end')}; exit 0' TERM; ${say('main')}; sleep 1000 & wait`, {
          lifecycle: {
            postStart: { exec: { command: ['sh', '-c', `sleep 0.3; ${say('started')}`] } },
            preStop: { exec: { command: ['sh', '-c', say('stopping')] } },
          },
        }),
      ],
    });
    const pod = await lab.ready('order');
    assert.deepEqual(
      pod.status.initContainerStatuses?.map((s) => [s.name, s.state.terminated?.reason ?? 'running', s.ready]),
      [
        ['first', 'Completed', true],
        ['side', 'running', true],
        ['other', 'running', true],
        ['last', 'Completed', true],
      ],
    );
    await lab.remove('order');
    assert.deepEqual(
      (await readFile(join(dir, 'log'), 'utf8')).trim().replaceAll('\n', ' '),
      'first side other last main started stopping main-end other-end side-end',
    );
  });

  it('probes', async () => {
    const httpd = 'mkdir -p /tmp/www; echo ok > /tmp/www/ok; busybox httpd -f -p 8080 -h /tmp/www';
    const period = { periodSeconds: 1, timeoutSeconds: 1 };
    await lab.create(
      'probed',
      httpd,
      {},
      {
        ports: [{ name: 'http', containerPort: 8080 }],
        startupProbe: { tcpSocket: { port: 'http' }, ...period },
        readinessProbe: { httpGet: { path: '/ok', port: 'http' }, ...period },
        livenessProbe: { exec: { command: ['sh', '-c', 'test ! -e /tmp/dead'] }, failureThreshold: 1, ...period },
      },
    );
    const pod = await lab.ready('probed');
    await lab.exec(pod, 'rm /tmp/www/ok');
    const unready = 'Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 404';
    await lab.podWhen('probed', (p) => !isReady(p));
    await lab.until('it is told', async () => (await lab.events('probed')).includes(unready));
    await lab.exec(pod, 'touch /tmp/dead');
    const again = await lab.podWhen('probed', (p) => isReady(p) && mainOf(p)?.restartCount === 1);
    assert.notEqual(mainOf(again)?.containerID, mainOf(pod)?.containerID);
    await lab.eventsWith('probed', /^Killing: Container main failed liveness probe, will be restarted$/);
    await lab.remove('probed');
  });

  it('serves a port of the pod on the node', async () => {
    const httpd = 'mkdir -p /tmp/www; echo hello > /tmp/www/index.html; busybox httpd -f -p 8080 -h /tmp/www';
    const hostPort = 20_000 + (process.pid % 10_000);
    await lab.create(
      'port',
      httpd,
      {},
      {
        ports: [{ containerPort: 8080, hostPort }],
        readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
      },
    );
    const pod = await lab.ready('port');
    const direct = await fetch(`http://${pod.status.podIP}:8080/`);
    assert.equal(await direct.text(), 'hello\n');
    const mapped = await fetch(`http://127.0.0.1:${hostPort}/`);
    assert.equal(await mapped.text(), 'hello\n');
    const stats = await lab.stats('port');
    assert.ok(stats.linux!.containers[0]!.memory!.workingSetBytes!.value > 0);
    assert.ok(stats.linux!.network!.defaultInterface!.rxBytes!.value > 0);
    await lab.remove('port');
  });

  it('holds containers to their limits', async () => {
    await lab.create(
      'limits',
      waits,
      {},
      {
        resources: { requests: { cpu: '100m', memory: '32Mi' }, limits: { cpu: '500m', memory: '64Mi' } },
      },
    );
    const pod = await lab.ready('limits');
    const own = await lab.cgroupOf(pod);
    assert.equal(await cgroupValue(own, 'cpuQuota'), 50_000);
    assert.equal(await cgroupValue(own, 'memory'), 64 * 1024 ** 2);
    assert.equal(await cgroupValue({ ...own, path: join(own.path, '..') }, 'memory'), 64 * 1024 ** 2);
    assert.equal(pod.status.qosClass, 'Burstable');

    await lab.create(
      'oom',
      'sleep 0.2; x=a; while :; do x=$x$x; done',
      { restartPolicy: 'Never' },
      {
        resources: { limits: { memory: '20Mi' } },
      },
    );
    const oom = await lab.podWhen('oom', (p) => p.status.phase === 'Failed');
    assert.deepEqual(
      [mainOf(oom)?.state.terminated?.reason, mainOf(oom)?.state.terminated?.exitCode],
      ['OOMKilled', 137],
    );
    await Promise.all([lab.remove('limits'), lab.remove('oom')]);
  });

  it('names pods and tells them how to resolve names', async () => {
    await lab.create('named', waits, {
      hostname: 'web-0',
      subdomain: 'web',
      hostAliases: [{ ip: '192.0.2.7', hostnames: ['far', 'away'] }],
      dnsConfig: { options: [{ name: 'timeout', value: '2' }], searches: ['example.com'] },
    });
    const pod = await lab.ready('named');
    assert.equal(await lab.exec(pod, 'hostname'), 'web-0');
    const hosts = await lab.exec(pod, 'cat /etc/hosts');
    assert.match(hosts, new RegExp(`^${pod.status.podIP}\tweb-0\\.web\\.default\\.svc\\.cluster\\.local\tweb-0$`, 'm'));
    assert.match(hosts, /^192\.0\.2\.7\tfar\taway$/m);
    const resolv = await lab.exec(pod, 'cat /etc/resolv.conf');
    assert.match(resolv, /^nameserver 10\.96\.0\.10$/m);
    assert.match(resolv, /^search default\.svc\.cluster\.local svc\.cluster\.local cluster\.local .*example\.com$/m);
    assert.match(resolv, /^options ndots:5 timeout:2$/m);

    await lab.create('host', waits, { hostNetwork: true, hostPID: true });
    const onHost = await lab.ready('host');
    assert.equal(onHost.status.podIP, '127.0.0.1');
    assert.match(await lab.exec(onHost, 'cat /proc/1/comm /proc/net/dev'), new RegExp(`${lab.bridge}:`));
    await Promise.all([lab.remove('named'), lab.remove('host')]);
  });

  it('runs a pod once, and ends one that takes too long', async () => {
    await lab.create('once', 'exit 0', { restartPolicy: 'OnFailure' });
    const once = await lab.podWhen('once', (p) => p.status.phase === 'Succeeded');
    assert.equal(mainOf(once)?.state.terminated?.reason, 'Completed');
    await lab.create('slow', waits, { restartPolicy: 'Never', activeDeadlineSeconds: 1 });
    const slow = await lab.podWhen('slow', (p) => p.status.phase === 'Failed');
    assert.equal(slow.status.reason, 'DeadlineExceeded');
    await Promise.all([lab.remove('once'), lab.remove('slow')]);
  });

  it('ends a pod that does not end by itself', async () => {
    await lab.create('stubborn', "trap '' TERM; while :; do sleep 0.05; done", { terminationGracePeriodSeconds: 2 });
    await lab.ready('stubborn');
    const beganAt = systemClock.monotonic();
    await lab.remove('stubborn');
    const tookMs = systemClock.monotonic() - beganAt;
    assert.ok(tookMs > 1900 && tookMs < 6000, `${tookMs} ms`);
  });

  it('rotates logs', async () => {
    await lab.create('talks', 'i=0; while :; do i=$((i+1)); echo line $i of many; done');
    const pod = await lab.ready('talks');
    const dir = join(lab.config.podLogsDir, `default_talks_${pod.metadata.uid}`, 'main');
    const rotated = async () => (await readdir(dir)).filter((n) => n.startsWith('0.log.'));
    await lab.until('the log is rotated', async () => (await rotated()).length > 0, 25_000);
    // Between moving the old one away and the runtime's opening a new one there is none.
    const written = () =>
      stat(join(dir, '0.log')).then(
        ({ size }) => size,
        () => 0,
      );
    await lab.until('a new one is written', async () => (await written()) > 0);
    const before = await written();
    await lab.until('the new one grows', async () => (await written()) !== before);
    await lab.remove('talks');
    await lab.until('its logs are gone', async () =>
      stat(dir).then(
        () => false,
        () => true,
      ),
    );
  });

  it('writes each event once for the pod it is about', async () => {
    await lab.create('told', waits);
    await lab.ready('told');
    await lab.eventsWith('told', /^Started: /);
    const { items } = await lab.client.list(eventKind, { namespace: 'default' });
    const started = items.filter((e) => e.involvedObject.name === 'told' && e.reason === 'Started');
    assert.equal(started.length, 1);
    assert.equal(started[0]?.involvedObject.fieldPath, 'spec.containers{main}');
    assert.deepEqual(started[0]?.source, { component: 'kubelet', host: lab.nodeName });
    await lab.remove('told');
  });
});

describe('a node whose parts end', { skip, timeout: 120_000 }, () => {
  let lab: NodeLab;
  before(async () => {
    lab = await NodeLab.open();
  });
  after(() => lab?.[Symbol.asyncDispose]());

  it('finds its containers again, and starts none twice', async () => {
    await Promise.all([lab.create('kept', waits), lab.create('gone', waits)]);
    const [kept, gone] = await Promise.all([lab.ready('kept'), lab.ready('gone')]);
    await lab.stopAgent();
    const key = { metadata: { namespace: 'default', name: 'gone' } };
    await lab.client.delete(podKind, key, { gracePeriodSeconds: 0 });
    await lab.startAgent();
    await lab.until('the other is ended', async () => (await lab.sandboxes('gone')).length === 0);
    assert.deepEqual(await lab.running(), [mainOf(kept)!.containerID]);
    assert.notEqual(mainOf(gone)?.containerID, mainOf(kept)?.containerID);
    const after = await lab.pod('kept');
    assert.deepEqual(after?.status.containerStatuses, kept.status.containerStatuses);
    await lab.remove('kept');
  });

  it('outlives its containerd', async () => {
    await lab.create('outlives', waits);
    const before = await lab.ready('outlives');
    const pid = lab.containerd.containerd.pid()!;
    process.kill(pid, 'SIGKILL');
    await lab.until('containerd is back', async () => ![undefined, pid].includes(lab.containerd.containerd.pid()));
    await lab.create('later', waits);
    await lab.ready('later');
    const after = await lab.pod('outlives');
    assert.deepEqual(after?.status.containerStatuses, before.status.containerStatuses);
    assert.equal((await lab.running()).length, 2);
    // What ends now is noticed, though its start was seen by another.
    await lab.exec(after!, 'kill -9 -1 || true').catch(() => undefined);
    await lab.remove('outlives');
    await lab.remove('later');
  });

  it('removes images that nothing uses when their disk is full', async () => {
    await lab.create('uses', waits);
    await lab.ready('uses');
    await lab.containerd.addImage('docker.io/library/unused:1', ['sh']);
    const tags = async () => (await lab.containerd.images()).flatMap((i) => i.repoTags);
    assert.ok((await tags()).includes('docker.io/library/unused:1'));
    await lab.startAgent({ imageGarbage: { highPercent: 0, lowPercent: 0, minAgeMs: 0 } });
    await lab.until('it is gone', async () => !(await tags()).includes('docker.io/library/unused:1'));
    assert.deepEqual((await tags()).toSorted(), [`docker.io/library/${image}`, lab.config.sandboxImage]);
    await lab.startAgent();
    await lab.remove('uses');
  });

  it('ends its pods with itself when asked, and runs them again', async () => {
    await lab.create('returns', waits);
    const before = await lab.ready('returns');
    await lab.stopAgent({ endsPods: true });
    assert.deepEqual(await lab.running(), []);
    assert.equal((await lab.pod('returns'))?.status.phase, 'Running');
    assert.deepEqual(await lab.mounts(), []);
    await lab.startAgent();
    const after = await lab.podWhen('returns', (p) => isReady(p) && mainOf(p)?.restartCount === 1);
    assert.equal(after.metadata.uid, before.metadata.uid);
    await lab.remove('returns');
  });
});
