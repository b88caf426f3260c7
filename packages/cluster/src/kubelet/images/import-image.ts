import type { Clock, Random } from '@tiphys/sdk/runtime';
import { Connection, hasRpcCode, isRpcNotFound, type RpcClient } from '../../grpc/index.ts';
import { socketAddress } from '../cri/index.ts';
import type { Blob, Descriptor, OciImage } from './oci-image.ts';
import { contentStore, imageStore, leaseStore } from './store-services.ts';

export interface ImportImageDeps {
  /** containerd's socket. */
  readonly socket: string;
  readonly clock: Clock;
  readonly random: Random;
}

/** Where CRI keeps everything. */
const namespace = 'k8s.io';
const timeoutMs = 60_000;
const leaseMs = 3_600_000;
const chunkBytes = 1024 ** 2;
/** CRI takes images with the first label as its own; the second keeps one from being cleaned away. */
const managed = { 'io.cri-containerd.image': 'managed' };
const pinned = { 'io.cri-containerd.pinned': 'pinned' };

/**
 * Brings an image into containerd under a full name (`docker.io/library/demo:1`); one that was there by that name gives way.
 * It speaks containerd's own services rather than running `ctr`: nothing but the socket is needed, no archive is written, and a
 * node starts faster by that program's start.
 */
export async function importImage(
  name: string,
  image: OciImage,
  { isPinned = false, signal, ...deps }: ImportImageDeps & { isPinned?: boolean; signal: AbortSignal },
): Promise<void> {
  const { clock } = deps;
  const address = socketAddress(deps.socket);
  const metadata = { 'containerd-namespace': namespace };
  const connection = new Connection(address, { clock, metadata });
  const bounds = { signal, timeoutMs };
  try {
    const images = connection.service(imageStore);
    const target: Descriptor = image.manifest;
    const stored = { name, target: plain(target), labels: { ...managed, ...(isPinned && pinned) } };
    const held = await images.get({ name }, bounds).catch((err: unknown) => {
      if (!isRpcNotFound(err)) throw err;
    });
    if (held?.image?.target?.digest === target.digest) return;

    // What nothing refers to yet is cleaned away at any moment, unless it is under a lease.
    const leases = connection.service(leaseStore);
    const id = `tiphys-import-${Buffer.from(deps.random.bytes(8)).toString('hex')}`;
    const expires = new Date(clock.now() + leaseMs).toISOString();
    await leases.create({ id, labels: { 'containerd.io/gc.expire': expires } }, bounds);
    const leased = new Connection(address, { clock, metadata: { ...metadata, 'containerd-lease': id } });
    try {
      const content = leased.service(contentStore);
      for (const blob of [...image.layers, image.config]) await write(content, blob, {}, signal);
      await write(content, image.manifest, references(image), signal);
      if (held) await images.update({ image: stored }, bounds);
      else await images.create({ image: stored }, bounds);
    } finally {
      leased.close();
      await leases.delete({ id }, bounds);
    }
  } finally {
    connection.close();
  }
}

/** What the manifest keeps alive. */
function references({ config, layers }: OciImage): Record<string, string> {
  const labels: Record<string, string> = { 'containerd.io/gc.ref.content.config': config.digest };
  layers.forEach(({ digest }, i) => (labels[`containerd.io/gc.ref.content.l.${i}`] = digest));
  return labels;
}

const plain = ({ mediaType, digest, size }: Descriptor) => ({ mediaType, digest, size });

async function write(
  content: RpcClient<typeof contentStore>,
  { digest, size, data }: Blob,
  labels: Record<string, string>,
  signal: AbortSignal,
): Promise<void> {
  async function* requests() {
    const common = { ref: `import-${digest}`, total: size, expected: digest };
    let offset = 0;
    for (; offset + chunkBytes < size; offset += chunkBytes) {
      yield { ...common, action: 'WRITE' as const, offset, data: data.subarray(offset, offset + chunkBytes) };
    }
    yield { ...common, action: 'COMMIT' as const, offset, data: data.subarray(offset), labels };
  }
  try {
    for await (const { action } of content.write(requests(), { signal, timeoutMs })) if (action === 'COMMIT') return;
  } catch (err) {
    // It was there already.
    if (!hasRpcCode(err, 'AlreadyExists')) throw err;
  }
}
