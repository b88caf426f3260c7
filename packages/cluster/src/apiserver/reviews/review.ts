import { objectMeta } from '@tiphys/sdk/api';
import type { KubeObject } from '@tiphys/sdk/machinery';
import { type AnyKind, setFields } from '@tiphys/sdk/schema';
import { creationOf } from '../admission/attributes.ts';
import type { AdmissionChain } from '../admission/plugin.ts';
import type { RequestContext, ServerResponse } from '../context.ts';
import { readObject } from '../handlers/body.ts';
import { noSuchPath, notOnThis } from '../handlers/dispatch.ts';
import { negotiate } from '../handlers/negotiate.ts';
import { valueResponse } from '../handlers/respond.ts';
import { checkPlace, writeRequest } from '../handlers/write.ts';
import { trackFields } from '../registry/field-manager.ts';
import { wipeSystemFields } from '../registry/system-fields.ts';

export interface Review {
  readonly kind: AnyKind;
  /** Throws for a question that makes no sense. */
  check?(asked: KubeObject, c: RequestContext): void;
  /** The object with its answer; it may change what was asked. */
  answer(asked: KubeObject, c: RequestContext): KubeObject | Promise<KubeObject>;
}

/** The way of a review through the server: that of a creation, up to where others are stored. */
export async function answer(c: RequestContext, review: Review, admission: AdmissionChain): Promise<ServerResponse> {
  const { info } = c;
  const { kind } = review;
  const namespaced = kind.scope === 'Namespaced';
  if (info.name || info.subresource || namespaced !== (info.namespace !== '')) throw noSuchPath();
  if (info.verb !== 'create') {
    throw notOnThis();
  }
  const form = negotiate(c.request, c.query, 'nothing');
  const request = writeRequest(c, 'CreateOptions');
  const asked = await readObject(c, kind);
  checkPlace(asked.metadata, info.namespace, '');
  const { metadata } = asked;
  wipeSystemFields(metadata);
  setFields(objectMeta, metadata, { namespace: namespaced ? info.namespace : undefined });
  const { manager } = request;
  if (manager) trackFields(kind, { next: asked, old: undefined, manager, subresource: '', now: c.now });
  const attributes = creationOf(c, kind, { request, object: asked });
  await admission.admit(attributes);
  review.check?.(asked, c);
  await admission.validate(attributes);
  return valueResponse(c, typed(kind, await review.answer(asked, c)), form, 201);
}

const typed = ({ kind, apiVersion }: AnyKind, { kind: _k, apiVersion: _v, ...rest }: KubeObject): KubeObject => ({
  kind,
  apiVersion,
  ...rest,
});
