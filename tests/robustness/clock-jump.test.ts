import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { configMap, deployment, event, lease, namespace, node as nodeKind, serviceAccount } from '@tiphys/sdk/api';
import { createClient, HttpTransport, loadKubeconfig } from '@tiphys/sdk/client';
import { isAlreadyExists } from '@tiphys/sdk/machinery';
import { withLeadership } from '@tiphys/sdk/operator';
import { type Clock, nullLogger, systemClock, systemRandom } from '@tiphys/sdk/runtime';
import { startCluster } from 'tiphys';

const hour = 3_600_000;

/** The machine's time, but that its wall clock can be set. */
function jumpingClock(): Clock & { offsetMs: number } {
  const clock = { ...systemClock, offsetMs: 0, now: () => systemClock.now() + clock.offsetMs };
  return clock;
}

/** What holds at a server whose wall clock is set while it runs: everything but what the wall clock says itself. */
for (const [what, byMs] of [
  ['forward', 12 * hour],
  ['back', -12 * hour],
] as const) {
  describe(`a wall clock that is set ${what} by half a day under a running cluster`, () => {
    it('ends no watch, loses no lease, keeps nodes ready, and work goes on', async () => {
      const clock = jumpingClock();
      await using cluster = await startCluster({ nodes: 2, clock });
      const { client } = cluster;
      const signal = AbortSignal.timeout(30_000);

      const beganAt = performance.now();
      const watched = (async () => {
        const names: string[] = [];
        const options = { namespace: 'default', timeoutSeconds: 4, signal };
        for await (const { type, object } of client.watch(configMap, options)) {
          if (type !== 'BOOKMARK') names.push(object.metadata.name!);
        }
        return names;
      })();
      const leading = new AbortController();
      let isLost = false;
      const election = { client, clock, random: systemRandom, log: nullLogger, retryPeriodMs: 200 };
      let lead = () => {};
      const leads = new Promise<void>((resolve) => (lead = resolve));
      const elected = withLeadership(
        { ...election, namespace: 'default', name: 'leader', identity: 'me' },
        async (s) => {
          lead();
          await clock.sleep(60_000, s);
        },
        leading.signal,
      ).catch(() => (isLost = !leading.signal.aborted));
      await leads;

      await client.create(configMap, { metadata: { namespace: 'default', name: 'before' } });
      clock.offsetMs = byMs;
      await client.create(configMap, { metadata: { namespace: 'default', name: 'after' } });
      await scaledTo(3);
      await client.create(event, {
        metadata: { namespace: 'default', name: 'told' },
        involvedObject: { kind: 'Node', name: 'sim-0' },
      });
      assert.equal(
        (await client.get(event, { metadata: { namespace: 'default', name: 'told' } })).metadata.name,
        'told',
      );

      const names = await watched;
      assert.deepEqual(names.toSorted(), ['after', 'before', 'kube-root-ca.crt']);
      const tookMs = performance.now() - beganAt;
      assert.ok(tookMs > 3500 && tookMs < 12_000, `the watch of 4 s took ${Math.round(tookMs)} ms`);
      assert.equal(isLost, false);
      const held = await client.get(lease, { metadata: { namespace: 'default', name: 'leader' } });
      assert.deepEqual([held.spec.holderIdentity, held.spec.leaseTransitions ?? 0], ['me', 0]);
      for (const { status, spec } of (await client.list(nodeKind)).items) {
        assert.equal(status.conditions?.find((c) => c.type === 'Ready')?.status, 'True');
        assert.deepEqual(spec.taints ?? [], []);
      }
      await client.create(namespace, { metadata: { name: 'short' } });
      await client.delete(namespace, { metadata: { name: 'short' } });
      for (;;) {
        signal.throwIfAborted();
        if (!(await client.list(namespace)).items.some((n) => n.metadata.name === 'short')) break;
        await pause(50);
      }
      leading.abort();
      await elected;

      async function scaledTo(replicas: number): Promise<void> {
        const labels = { app: 'web' };
        await client.create(deployment, {
          metadata: { namespace: 'default', name: 'web' },
          spec: {
            replicas,
            selector: { matchLabels: labels },
            template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'web' }] } },
          },
        });
        for await (const { type, object } of client.watch(deployment, { namespace: 'default', signal })) {
          if (type !== 'BOOKMARK' && object.status.readyReplicas === replicas) return;
        }
      }
    });
  });
}

it('a token is good for as long as the server’s wall clock says, and a new one is to be had', async (t) => {
  const clock = jumpingClock();
  await using cluster = await startCluster({ nodes: 0, clock });
  const dir = mkdtempSync(join(tmpdir(), 'tiphys-jump-'));
  t.after(() => rmSync(dir, { recursive: true }));
  writeFileSync(join(dir, 'kubeconfig'), cluster.kubeconfig);
  const { ca } = await loadKubeconfig(join(dir, 'kubeconfig'), systemClock);
  const metadata = { namespace: 'default', name: 'default' };
  await cluster.client.create(serviceAccount, { metadata }).catch((err: unknown) => {
    if (!isAlreadyExists(err)) throw err;
  });
  const issued = async () => {
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } };
    const answer = await cluster.client.post(serviceAccount, { metadata }, 'token', body);
    return (answer['status'] as { token: string }).token;
  };
  const status = async (token: string) => {
    const transport = new HttpTransport({ server: cluster.url, ...(ca && { ca }), token: () => token });
    const client = createClient(transport);
    const answer = await client.raw({ method: 'GET', path: '/version' });
    transport.close();
    return answer.status;
  };
  const first = await issued();
  assert.equal(await status(first), 200);
  clock.offsetMs = 2 * hour;
  assert.equal(await status(first), 401, 'its hour is over');
  const second = await issued();
  assert.equal(await status(second), 200);
  clock.offsetMs = 0;
  assert.equal(await status(second), 401, 'its time has not begun');
  assert.equal(await status(first), 200);
});
