import { namespace, type Namespace } from '@tiphys/sdk/api';
import { deepCopy, type KubeObject } from '@tiphys/sdk/machinery';
import { erase, type PartStrategy } from '@tiphys/sdk/schema';
import { readObject } from '../handlers/body.ts';
import type { SubresourceHandler } from '../handlers/dispatch.ts';
import { negotiate } from '../handlers/negotiate.ts';
import { writeRequest, writtenResponse } from '../handlers/write.ts';

const kind = erase(namespace);

/** Of what is sent only the spec's finalizers count. */
const onlyFinalizers: PartStrategy<KubeObject> = {
  prepareForUpdate(next, old) {
    const { finalizers = [] } = (next as Namespace).spec;
    const kept = deepCopy(old as Namespace);
    Object.assign(next, kept, { metadata: next.metadata, spec: { ...kept.spec, finalizers } });
  },
};

/** `namespaces/NAME/finalize`: whoever holds a namespace lets it go. */
export const finalize: SubresourceHandler = {
  group: '',
  resource: 'namespaces',
  subresource: 'finalize',
  verbs: ['update'],
  async handle(c, registry) {
    const form = negotiate(c.request, c.query, 'object');
    const object = await readObject(c, kind);
    const written = await registry.update({
      ...writeRequest(c, 'UpdateOptions'),
      namespace: '',
      subresource: 'finalize',
      strategy: onlyFinalizers,
      retry: false,
      next: () => object,
    });
    return writtenResponse(c, registry, written, form);
  },
};
