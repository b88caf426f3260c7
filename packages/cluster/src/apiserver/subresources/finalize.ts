import { finalizerName, namespace, type Namespace, namespaceSpec } from '@tiphys/sdk/api';
import { deepCopy, field, type KubeObject } from '@tiphys/sdk/machinery';
import { erase, type PartStrategy, setFields } from '@tiphys/sdk/schema';
import { sentObject } from '../handlers/body.ts';
import type { SubresourceHandler } from '../handlers/dispatch.ts';
import { negotiate } from '../handlers/negotiate.ts';
import { checkPlace, writeRequest, writtenResponse } from '../handlers/write.ts';

const kind = erase(namespace);

/** Of what is sent only the spec's finalizers count. */
const onlyFinalizers: PartStrategy<KubeObject> = {
  prepareForUpdate(next, old) {
    const { finalizers = [] } = (next as Namespace).spec;
    const kept = deepCopy(old as Namespace);
    setFields(namespaceSpec, kept.spec, { finalizers: finalizers.length ? finalizers : undefined });
    Object.assign(next, kept, { metadata: next.metadata });
  },
  *validate(next) {
    const at = field('spec', 'finalizers');
    for (const [i, name] of ((next as Namespace).spec.finalizers ?? []).entries()) {
      yield* finalizerName(name, at.index(i));
    }
  },
};

/** `namespaces/NAME/finalize`: whoever holds a namespace lets it go. */
export const finalize: SubresourceHandler = {
  of: { group: '', resource: 'namespaces' },
  subresource: 'finalize',
  verbs: ['update'],
  async handle(c, registry) {
    const form = negotiate(c.request, c.query, 'object');
    const sent = await sentObject(c, kind);
    checkPlace(sent.first.metadata, '', c.info.name, true);
    const written = await registry.update({
      ...writeRequest(c, 'UpdateOptions'),
      namespace: '',
      subresource: 'finalize',
      strategy: onlyFinalizers,
      replaces: true,
      next: () => sent.next(),
    });
    return writtenResponse(c, registry, written, form);
  },
};
