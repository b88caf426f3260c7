import type { Pod } from '@tiphys/sdk/api';
import type { KubeObject } from '@tiphys/sdk/machinery';
import { controllerOf } from '@tiphys/sdk/operator';

export const hasEnded = ({ status }: Pod): boolean => status.phase === 'Succeeded' || status.phase === 'Failed';

export const isReady = ({ status }: Pod): boolean =>
  (status.conditions ?? []).some((c) => c.type === 'Ready' && c.status === 'True');

export const nameOf = ({ metadata }: KubeObject): string => `${metadata.namespace}/${metadata.name}`;

export const ownerUid = (object: KubeObject): string => controllerOf(object)?.uid ?? '';
