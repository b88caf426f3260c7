import { lease as leaseKind, type Lease, node as nodeKind } from '@tiphys/sdk/api';
import type { Client } from '@tiphys/sdk/client';
import { isAlreadyExists, isConflict, isNotFound, microTimestamp } from '@tiphys/sdk/machinery';
import { type Clock, type Logger, throwIfAborted } from '@tiphys/sdk/runtime';
import type { KubeletConfig } from '../config.ts';

export interface LeaseDeps {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly config: KubeletConfig;
}

const namespace = 'kube-node-lease';
const leaseDurationSeconds = 40;
const renewMs = 10_000;
const retryMs = 2000;

/** Renews the node's lease, by which the cluster knows that we live, until the signal aborts. */
export async function keepLease({ client, clock, log, config }: LeaseDeps, signal: AbortSignal): Promise<void> {
  const metadata = { namespace, name: config.nodeName };
  let held: Lease | undefined;
  for (;;) {
    let waitMs = renewMs;
    try {
      held = await renew(held);
    } catch (err) {
      throwIfAborted(signal);
      held = undefined;
      waitMs = retryMs;
      if (!isConflict(err)) log.warn('the node lease could not be renewed', { error: String(err) });
    }
    await clock.sleep(waitMs, signal);
  }

  async function renew(known: Lease | undefined): Promise<Lease> {
    const renewTime = microTimestamp(clock.now());
    const mine = { holderIdentity: config.nodeName, leaseDurationSeconds, renewTime };
    const before = known ?? (await client.get(leaseKind, { metadata }, { signal }).catch(ignoreMissing));
    if (before) return client.update(leaseKind, { ...before, spec: { ...before.spec, ...mine } }, { signal });
    // It goes when the node goes.
    const node = await client.get(nodeKind, { metadata: { name: config.nodeName } }, { signal });
    const owner = { apiVersion: 'v1', kind: 'Node', name: config.nodeName, uid: node.metadata.uid! };
    return client.create(leaseKind, { metadata: { ...metadata, ownerReferences: [owner] }, spec: mine }, { signal });
  }
}

function ignoreMissing(err: unknown): undefined {
  if (!isNotFound(err) && !isAlreadyExists(err)) throw err;
}
