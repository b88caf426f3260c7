/**
 * `componentstatuses`: how the components beside the API server are, asked when somebody asks. Nothing of it is stored, so all
 * that can be done is to read it.
 */
import { componentStatus, type ComponentStatus } from '@tiphys/sdk/api';
import {
  badRequest,
  type FieldRequirement,
  notFound,
  parseFieldSelector,
  parseLabelSelector,
} from '@tiphys/sdk/machinery';
import { type Clock, messageOf } from '@tiphys/sdk/runtime';
import { encodeMessage, erase } from '@tiphys/sdk/schema';
import type { RequestContext, ServerResponse } from '../context.ts';
import { type Endpoint, noSuchPath, notOnThis } from '../handlers/dispatch.ts';
import { unknownField } from '../handlers/list-options.ts';
import { protobufList } from '../handlers/messages.ts';
import { negotiate } from '../handlers/negotiate.ts';
import { partialMetadata, partialMetadataList, refuseMisfit } from '../handlers/partial-metadata.ts';
import { bytesResponse, valueResponse } from '../handlers/respond.ts';
import { rowResponse, tableOf } from '../table/respond.ts';

/** What was found out about a component. */
export interface Finding {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly message?: string;
  readonly error?: string;
}

export interface Component {
  readonly name: string;
  check(): Finding | Promise<Finding>;
}

const kind = erase(componentStatus);

export function componentStatuses(components: readonly Component[], clock: Clock): Endpoint {
  return (c) => {
    const { isResource, group, version, resource } = c.info;
    if (!isResource || group !== '' || version !== 'v1' || resource !== kind.plural) return undefined;
    return answer(c, components, clock);
  };
}

async function answer(c: RequestContext, components: readonly Component[], clock: Clock): Promise<ServerResponse> {
  const { info, request } = c;
  if (info.namespace || info.subresource || info.parts.length > 2) throw noSuchPath();
  if (request.method !== 'GET' || (info.verb !== 'get' && info.verb !== 'list')) throw notOnThis();
  c.warn(kind.deprecated!);
  c.audit?.annotateEnd('k8s.io/deprecated', 'true');
  return info.verb === 'get' ? one(c, components) : all(c, components, clock);
}

async function one(c: RequestContext, components: readonly Component[]): Promise<ServerResponse> {
  const form = negotiate(c.request, c.query, 'object');
  refuseMisfit(form, kind, false);
  const component = components.find(({ name }) => name === c.info.name);
  // Told of the singular, as upstream does here alone.
  if (!component) throw notFound({ group: '', resource: kind.singular }, c.info.name);
  const object = await statusOf(component);
  if (form.as === 'Table') return rowResponse(c, kind, { object, revision: 0 }, form);
  const typed = { kind: kind.kind, apiVersion: kind.apiVersion, ...object };
  return valueResponse(c, form.as === 'itself' ? typed : partialMetadata(object, form.version), form);
}

async function all(c: RequestContext, components: readonly Component[], clock: Clock): Promise<ServerResponse> {
  const form = negotiate(c.request, c.query, 'list');
  refuseMisfit(form, kind, true);
  const labels = parseLabelSelector(c.query.get('labelSelector') ?? '');
  const fields = fieldsAsked(c.query);
  // They have no labels.
  const asked = labels.matches({}) ? components.filter(({ name }) => fields.every(isMet(name))) : [];
  const items = await Promise.all(asked.map(statusOf));
  if (form.as === 'Table') {
    const { head, row } = tableOf(c, kind, form, {});
    return valueResponse(c, { ...head, rows: items.map((object) => row({ object })) }, form);
  }
  if (form.as !== 'itself') return valueResponse(c, partialMetadataList(items, form.version, {}), form);
  const head = { kind: kind.listKind, apiVersion: kind.apiVersion, metadata: {} };
  if (form.media !== 'protobuf' || c.request.objects) return valueResponse(c, { ...head, items }, form);
  const messageFor = (item: ComponentStatus) => encodeMessage(kind.schema.shape, item);
  return bytesResponse(await protobufList(head, items, messageFor, clock), form.contentType, 200);
}

function fieldsAsked(query: URLSearchParams): FieldRequirement[] {
  let fields: FieldRequirement[];
  try {
    fields = parseFieldSelector(query.get('fieldSelector') ?? '');
  } catch (err) {
    throw badRequest(messageOf(err));
  }
  for (const { field } of fields) if (!placeFields.includes(field)) throw badRequest(unknownField(kind, field));
  return fields;
}

const placeFields = ['metadata.name', 'metadata.namespace'];

const isMet =
  (name: string) =>
  ({ field, operator, value }: FieldRequirement): boolean =>
    ((field === 'metadata.name' ? name : '') === value) === (operator === '=');

async function statusOf(component: Component): Promise<ComponentStatus> {
  const condition = { type: 'Healthy', ...(await component.check()) };
  return { metadata: { name: component.name }, conditions: [condition] };
}
