import { type Binding, node, objectMeta, type Pod } from '@tiphys/sdk/api';
import { setFields } from '@tiphys/sdk/schema';
import { whenKnown } from '../authz/authorizer.ts';
import type { ClusterObjects } from './cluster-objects.ts';
import type { AdmissionPlugin } from './plugin.ts';

const copied = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'];

/** A pod that gets its node gets the node's place too, so that a downward API volume can tell it. */
export const podTopologyLabels = (objects: ClusterObjects): AdmissionPlugin => ({
  name: 'PodTopologyLabels',
  featureGate: 'PodTopologyLabelsAdmission',
  matches: { operations: ['CREATE'], resources: ['pods', 'pods/binding'] },
  admit({ object, subresource }) {
    const nodeName =
      subresource === 'binding' ? bindingTarget(object as unknown as Binding) : (object as Pod).spec.nodeName;
    if (!nodeName) return;
    return whenKnown(objects.labelsOf(node, '', nodeName), (labels = {}): void => {
      const found = copied.filter((key) => labels[key] !== undefined).map((key) => [key, labels[key]!]);
      if (!found.length) return;
      const { metadata } = object!;
      setFields(objectMeta, metadata, { labels: { ...metadata.labels, ...Object.fromEntries(found) } });
    });
  },
});

const bindingTarget = ({ target }: Binding): string =>
  !target.kind || target.kind === 'Node' ? (target.name ?? '') : '';
