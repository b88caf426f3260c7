import type { Container, Pod, PodSpec } from '@tiphys/sdk/api';

/** What is looked at: a pod's, or those of the pods that somebody's template makes. */
export interface Subject {
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: PodSpec;
}

/** Why something isn't allowed: in short, and in detail. */
export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

export type Look = (subject: Subject) => Violation | undefined;

export interface Check {
  /** Upstream's name of it, by which checks are put in order. */
  readonly id: string;
  /** What looks from which minor version on, the oldest first. */
  readonly versions: readonly (readonly [sinceMinor: number, look: Look])[];
  /** Checks of the level below that this one, being stricter, takes the place of. */
  readonly overrides?: readonly string[];
}

export const subjectOf = ({ metadata, spec }: Pick<Pod, 'metadata' | 'spec'>): Subject => ({
  annotations: metadata.annotations ?? {},
  spec,
});

/** What all kinds of containers have that is looked at. */
export type AnyContainer = Pick<
  Container,
  'name' | 'image' | 'securityContext' | 'ports' | 'livenessProbe' | 'readinessProbe' | 'startupProbe' | 'lifecycle'
>;

export const containersOf = ({ initContainers, containers, ephemeralContainers }: PodSpec): readonly AnyContainer[] => [
  ...(initContainers ?? []),
  ...(containers ?? []),
  ...((ephemeralContainers ?? []) as readonly AnyContainer[]),
];

export const isWindows = ({ spec }: Subject): boolean => spec.os?.name === 'windows';
/** Root inside is nobody outside. */
export const hasOwnUsers = ({ spec }: Subject): boolean => spec.hostUsers === false;

// ---- words

export const plural = (one: string, many: string, count: number): string => (count === 1 ? one : many);

export const quotedList = (items: Iterable<string>): string => `"${[...items].join('", "')}"`;

/** Each once, in order. */
export const sortedSet = (items: Iterable<string>): string[] => [...new Set(items)].sort();

/** `container "a"`, `containers "a", "b"`. */
export const named = (containers: readonly AnyContainer[]): string =>
  `${plural('container', 'containers', containers.length)} ${quotedList(containers.map((c) => c.name))}`;

/** Who said it: the pod, containers of it, or both. */
export const setters = (byPod: boolean, by: readonly AnyContainer[]): string =>
  [...(byPod ? ['pod'] : []), ...(by.length ? [named(by)] : [])].join(' and ');
