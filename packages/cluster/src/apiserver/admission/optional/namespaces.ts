import { namespace as namespaceKind } from '@tiphys/sdk/api';
import { erase } from '@tiphys/sdk/schema';
import { isAlreadyExists, notFound } from '@tiphys/sdk/machinery';
import type { UserInfo } from '../../context.ts';
import type { Registry } from '../../registry/registry.ts';
import type { ClusterObjects } from '../cluster-objects.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../plugin.ts';
import { decodedAs } from '../rewrite.ts';

const isInside = ({ namespace, group, resource }: AdmissionAttributes): boolean =>
  namespace !== '' && !(group === '' && resource === 'namespaces');

/** Nothing is done in a namespace that isn't there, deletions included. */
export const namespaceExists = (objects: ClusterObjects): AdmissionPlugin => ({
  name: 'NamespaceExists',
  matches: { operations: ['CREATE', 'UPDATE', 'DELETE'], resources: ['*/*'] },
  async validate(a) {
    if (!isInside(a) || (await objects.get(namespaceKind, '', a.namespace))) return;
    throw notFound({ group: '', resource: 'namespaces' }, a.namespace);
  },
});

const ourselves: UserInfo = { name: 'system:apiserver', groups: ['system:masters'], extra: {} };

/** A namespace comes to be with the first object that is made in it. */
export const namespaceAutoProvision = (objects: ClusterObjects, namespaces: () => Registry): AdmissionPlugin => ({
  name: 'NamespaceAutoProvision',
  matches: { operations: ['CREATE'], resources: ['*/*'] },
  async admit(a) {
    if (a.dryRun || !isInside(a) || objects.find(namespaceKind, '', a.namespace)) return;
    const made = decodedAs(erase(namespaceKind), { metadata: { name: a.namespace } });
    const request = { namespace: '', name: '', user: ourselves, dryRun: false, options: {}, warn: () => {} };
    try {
      await namespaces().create(made, request);
    } catch (err) {
      if (!isAlreadyExists(err)) throw err;
    }
  },
});
