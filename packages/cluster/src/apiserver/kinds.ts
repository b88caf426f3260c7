import * as api from '@tiphys/sdk/api';
import { compareVersions } from '@tiphys/sdk/machinery';
import type { AnyKind, Gates } from '@tiphys/sdk/schema';
import { roleGates } from './authz/bootstrap/index.ts';
import { type RuntimeConfig, servedBy } from './runtime-config.ts';

/** In which order the groups are listed; others come behind them. */
const groups = [
  '',
  'apiregistration.k8s.io',
  'apps',
  'events.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'scheduling.k8s.io',
  'resource.k8s.io',
  'storage.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'internal.apiserver.k8s.io',
  'storagemigration.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
];

const isKind = (value: unknown): value is AnyKind =>
  typeof value === 'object' && value !== null && 'schema' in value && 'plural' in value;

const placeOf = ({ group }: AnyKind): number => (groups.includes(group) ? groups.indexOf(group) : groups.length);

/** The kinds among what a room exports, group by group, a group's preferred version first. */
export const kindsIn = (room: object): readonly AnyKind[] =>
  (Object.values(room) as unknown[])
    .filter(isKind)
    .sort((a, b) => placeOf(a) - placeOf(b) || compareVersions(a.version, b.version));

const all = kindsIn(api);
const isServable = ({ verbs }: AnyKind): boolean => verbs.length > 0;
const isStored = ({ verbs }: AnyKind): boolean => verbs.includes('delete');

/** Kinds of what is sent to subresources of others. */
export const bodiesOnly: readonly AnyKind[] = all.filter((k) => !isServable(k));

/** Every kind that this server could serve: those that are stored, and those that answer without being so. */
export const declaredKinds: readonly AnyKind[] = all.filter(isServable);

/** Feature gates that something here stands behind: kinds, fields of them, or roles. */
export const servingGates: readonly string[] = [
  ...new Set([...declaredKinds.flatMap((k) => k.featureGate ?? []), ...api.fieldGates, ...roleGates]),
];

/** The kinds that one server serves. */
export interface ServedKinds {
  readonly stored: readonly AnyKind[];
  readonly all: readonly AnyKind[];
  /** One of those that share a place in the store keeps the cache: the version that is stored, served or not. */
  readonly hubs: readonly AnyKind[];
  /** Feature gates that are open: what of the kinds is read and written depends on them. */
  readonly gates: Gates;
}

export interface WhatIsServed {
  readonly config?: RuntimeConfig;
  /** Feature gates that are open; as they are by default unless told. */
  readonly gates?: Gates;
  readonly kinds?: readonly AnyKind[];
}

export function kindsServedBy({
  config = new Map(),
  gates = api.standardGates,
  kinds = declaredKinds,
}: WhatIsServed): ServedKinds {
  const isOpen = ({ featureGate }: AnyKind) => featureGate === undefined || gates.has(featureGate);
  const served = kinds.filter(isServable).filter(servedBy(config, kinds)).filter(isOpen);
  const stored = served.filter(isStored);
  const hubs = [...new Set(stored.map((k) => k.hub?.kind ?? k))];
  return { stored, all: served, hubs, gates };
}

/** What is served unless somebody asks for more or less. */
export const standardKinds = kindsServedBy({});
export const servedKinds = standardKinds.all;
