import type { Container, PodSpec } from '@tiphys/sdk/api';
import { field, type FieldError, forbiddenAt, invalidObject, type Path } from '@tiphys/sdk/machinery';
import type { AdmissionPlugin } from './plugin.ts';

/**
 * No container may be privileged (`--allow-privileged=false`). Upstream has this among its rules of what is valid, and answers
 * as for any other invalid field.
 */
export const unprivileged: AdmissionPlugin = {
  name: 'Unprivileged',
  matches: { operations: ['CREATE', 'UPDATE'], resources: ['*', 'pods/ephemeralcontainers'] },

  validate({ kind, object, operation, resource, subresource, name }) {
    if (!object) return;
    const isPod = resource === 'pods';
    // The containers of a pod stay what they are, but for those that join it.
    if (isPod && operation === 'UPDATE' && !subresource) return;
    const { spec } = object as { spec?: PodSpec & { template?: { spec?: PodSpec } } };
    const at = field('spec');
    const errors = isPod
      ? privilegedIn(spec, at)
      : privilegedIn(spec?.template?.spec, at.child('template').child('spec'));
    if (errors.length) throw invalidObject(kind.group, kind.kind, object.metadata.name ?? name, errors);
  },
};

function privilegedIn(spec: PodSpec | undefined, at: Path): FieldError[] {
  const lists = ['containers', 'initContainers', 'ephemeralContainers'] as const;
  return lists.flatMap((list) =>
    ((spec?.[list] ?? []) as readonly Pick<Container, 'securityContext'>[]).flatMap((container, i) => {
      if (!container.securityContext?.privileged) return [];
      const place = at.child(list).index(i).child('securityContext').child('privileged');
      return [forbiddenAt(place, 'disallowed by cluster policy')];
    }),
  );
}
