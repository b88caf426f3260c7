import { types } from '../../types.ts';
import { declared, type DeclaredType } from '../declared-type.ts';

/** The types of what policies are told about a request, and of the namespace it is in. */

const anyNumber = 2 ** 64;
const { string, bool, int, dyn } = declared;
const timestamp: DeclaredType = { type: types.timestamp, minSize: 12, maxElements: 0 };
const list = (element: DeclaredType) => declared.list(element, anyNumber);
const map = (element: DeclaredType) => declared.map(element, anyNumber);
const object = (name: string, fields: Readonly<Record<string, DeclaredType>>) =>
  declared.object(`kubernetes.${name}`, new Map(Object.entries(fields)));

const groupVersionKind = object('GroupVersionKind', { group: string, version: string, kind: string });
const groupVersionResource = object('GroupVersionResource', { group: string, version: string, resource: string });
const userInfo = object('UserInfo', {
  username: string,
  uid: string,
  groups: list(string),
  extra: map(list(string)),
});

export const requestType = object('AdmissionRequest', {
  kind: groupVersionKind,
  resource: groupVersionResource,
  subResource: string,
  requestKind: groupVersionKind,
  requestResource: groupVersionResource,
  requestSubResource: string,
  name: string,
  namespace: string,
  operation: string,
  userInfo,
  dryRun: bool,
  options: dyn,
});

export const namespaceType = object('Namespace', {
  metadata: object('NamespaceMetadata', {
    name: string,
    generateName: string,
    namespace: string,
    labels: map(string),
    annotations: map(string),
    UID: string,
    creationTimestamp: timestamp,
    deletionGracePeriodSeconds: int,
    deletionTimestamp: timestamp,
    generation: int,
    resourceVersion: string,
    finalizers: list(string),
  }),
  spec: object('NamespaceSpec', { finalizers: list(string) }),
  status: object('NamespaceStatus', {
    conditions: list(
      object('NamespaceCondition', {
        status: string,
        type: string,
        lastTransitionTime: timestamp,
        message: string,
        reason: string,
      }),
    ),
    phase: string,
  }),
});
