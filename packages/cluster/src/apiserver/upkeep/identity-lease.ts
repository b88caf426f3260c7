import { createHash } from 'node:crypto';
import { lease, type LeaseManifest, type Lease } from '@tiphys/sdk/api';
import { type Client, createClient } from '@tiphys/sdk/client';
import { isNotFound, microTimestamp } from '@tiphys/sdk/machinery';
import { type Clock, isAbort, type TaskGroup } from '@tiphys/sdk/runtime';
import { serverItself } from '../bootstrap.ts';
import type { ApiServer } from '../server.ts';

const namespace = 'kube-system';
const identity = 'apiserver.kubernetes.io/identity';
const ours = 'kube-apiserver';
const durationSeconds = 3600;
const renewMs = 10_000;
const sweepMs = 3_600_000;

export interface ApiServerIdentity {
  readonly hostname: string;
  /** Where other API servers reach this one: `ip:port`. */
  readonly address: string;
}

/**
 * Tells of this server by a Lease among those of the cluster, and resolves; goes on as a task that renews it every ten seconds,
 * and removes those of servers that are no more.
 */
export async function keepIdentity(
  server: ApiServer,
  { hostname, address }: ApiServerIdentity,
  tasks: TaskGroup,
): Promise<void> {
  const { clock, random, log } = server.deps;
  const client = createClient(server.transport(serverItself), { fieldManager: ours });
  const name = identityOf(hostname);
  const manifest: LeaseManifest & { metadata: { name: string } } = {
    metadata: {
      namespace,
      name,
      labels: { [identity]: ours, 'kubernetes.io/hostname': hostname },
      annotations: { 'kubernetes.io/peer-advertise-address': address },
    },
    spec: {
      holderIdentity: `${name}_${random.fork('identity').uuid()}`,
      leaseDurationSeconds: durationSeconds,
    },
  };
  // The store may be away for a while; the lease is good for longer.
  const tried = (work: Promise<void>): Promise<void> =>
    work.catch((error: unknown) => {
      if (!isAbort(error)) log.warn('the lease of this server was not looked after', { error: String(error) });
    });
  const { lifecycle } = server;
  const renewed = () => tried(renew(client, manifest, clock));
  await lifecycle.step('start-kube-apiserver-identity-lease-controller', renewed);
  tasks.go(async (s) => {
    while (!s.aborted) {
      await clock.sleep(renewMs, s);
      await renewed();
    }
  });
  await lifecycle.step('start-kube-apiserver-identity-lease-garbage-collector', () => Promise.resolve());
  tasks.go(async (s) => {
    while (!s.aborted) {
      await tried(removeExpired(client, clock));
      await clock.sleep(sweepMs, s);
    }
  });
}

async function renew(
  client: Client,
  manifest: LeaseManifest & { metadata: { name: string } },
  clock: Clock,
): Promise<void> {
  const next = { ...manifest, spec: { ...manifest.spec, renewTime: microTimestamp(clock.now()) } };
  const old = await client.get(lease, { metadata: { namespace, name: manifest.metadata.name } }).catch(undefinedIfGone);
  if (!old) return void (await client.create(lease, next));
  const { metadata, spec } = old;
  const { labels, annotations } = manifest.metadata;
  await client.update(lease, {
    ...old,
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, ...labels },
      annotations: { ...metadata.annotations, ...annotations },
    },
    spec: { ...spec, ...next.spec },
  });
}

async function removeExpired(client: Client, clock: Clock): Promise<void> {
  const { items } = await client.list(lease, { namespace, labelSelector: `${identity}=${ours}` });
  for (const each of items.filter((l) => isExpired(l, clock.now())))
    await client
      .delete(lease, each, { preconditions: { resourceVersion: each.metadata.resourceVersion! } })
      .catch(undefinedIfGone);
}

/** Whether nobody has renewed it in its time; one that doesn't say is as good as gone. */
export function isExpired({ spec: { renewTime, leaseDurationSeconds } }: Pick<Lease, 'spec'>, now: number): boolean {
  if (renewTime === undefined || leaseDurationSeconds === undefined) return true;
  return Date.parse(renewTime) + leaseDurationSeconds * 1000 < now;
}

function undefinedIfGone(err: unknown): undefined {
  if (!isNotFound(err)) throw err;
}

/** Upstream's name of the API server of a host: the same whenever it starts there again. */
export function identityOf(hostname: string): string {
  const digest = createHash('sha256');
  for (const part of [hostname, ours]) {
    const bytes = Buffer.from(part);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(bytes.length);
    digest.update(length).update(bytes);
  }
  return `apiserver-${base32(digest.digest().subarray(0, 16))}`;
}

function base32(bytes: Uint8Array): string {
  let text = '';
  let [bits, count] = [0, 0];
  const letter = (value: number) => 'abcdefghijklmnopqrstuvwxyz234567'[value & 31]!;
  for (const byte of bytes) {
    bits = ((bits << 8) | byte) & 0xfff;
    for (count += 8; count >= 5; count -= 5) text += letter(bits >> (count - 5));
  }
  return count ? text + letter(bits << (5 - count)) : text;
}
