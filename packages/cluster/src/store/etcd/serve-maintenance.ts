import { createHash } from 'node:crypto';
import type { RpcHandlers } from '../../grpc/index.ts';
import type { StoreBackend } from '../backend.ts';
import { memberId, raftTerm, type ResponseHeader } from './header.ts';
import { KeyRange } from './key-range.ts';
import type { clusterService, maintenanceService } from './messages.ts';
import { future, refusing } from './refusals.ts';
import { snapshotOf } from './snapshot.ts';

export interface Facts {
  /** Where clients reach it. */
  readonly clientUrls: readonly string[];
  readonly sizeBytes: () => number;
}

/** The etcd whose API this is: clients look at it to know what they may ask. */
const apiVersion = '3.5.21';
const everything = new KeyRange(Buffer.from([0]), Buffer.from([0]));

/** etcd's Maintenance service over a store, as far as there is something to maintain. */
export function serveMaintenance(
  store: StoreBackend,
  { header, facts }: { header: ResponseHeader; facts: Facts },
): RpcHandlers<typeof maintenanceService> {
  const now = () => header(store.revision);
  const unary = refusing({
    async alarm() {
      return { header: now(), alarms: [] };
    },

    async status() {
      const size = facts.sizeBytes();
      const index = store.revision;
      return {
        header: now(),
        version: apiVersion,
        dbSize: size,
        dbSizeInUse: size,
        leader: memberId,
        raftIndex: index,
        raftTerm,
        raftAppliedIndex: index,
      };
    },

    /** The engine uses the room within its file by itself. */
    async defragment() {
      return { header: now() };
    },

    async hashKv({ revision }: { revision: number }) {
      if (revision > store.revision) throw future();
      const hash = createHash('sha256');
      for await (const { key, value, ...numbers } of everything.read(store, revision || store.revision)) {
        hash.update(JSON.stringify([key, numbers])).update(value);
      }
      return { header: now(), hash: hash.digest().readUInt32BE(), compactRevision: store.compactedRevision };
    },
  });
  return {
    ...unary,
    async *snapshot() {
      for await (const part of snapshotOf(store)) yield { header: now(), ...part };
    },
  };
}

export function serveCluster(
  store: StoreBackend,
  { header, facts }: { header: ResponseHeader; facts: Facts },
): RpcHandlers<typeof clusterService> {
  return {
    async memberList() {
      const member = { id: memberId, name: 'tiphys', clientUrls: facts.clientUrls };
      return { header: header(store.revision), members: [member] };
    },
  };
}
