import type { MatchResources, NamedRuleWithOperations } from '@tiphys/sdk/api';
import { namespace } from '@tiphys/sdk/api';
import { type KubeObject, labelSelectorOf } from '@tiphys/sdk/machinery';
import type { AnyKind } from '@tiphys/sdk/schema';
import type { AdmissionAttributes } from '../plugin.ts';
import type { PolicyWorld } from './world.ts';

/** A write as the rule saw it that matched: as the resource it was made to, or as the same under another version. */
export interface Match {
  readonly resource: { readonly group: string; readonly version: string; readonly resource: string };
  readonly kind: AnyKind;
}

type Place = Match['resource'];

/** Whether constraints are about a write; nothing when they aren't. */
export function matchOf(
  constraints: MatchResources | undefined,
  attributes: AdmissionAttributes,
  world: PolicyWorld,
): Match | undefined {
  const own: Match = { resource: attributes, kind: attributes.kind };
  if (!constraints) return own;
  const { resourceRules = [], excludeResourceRules = [], matchPolicy } = constraints;
  if (!isInNamespace(constraints, attributes, world) || !hasLabels(constraints, attributes)) return undefined;
  const places = placesOf(attributes, matchPolicy === 'Equivalent' ? world.kinds() : []);
  if (places.some((p) => excludeResourceRules.some((rule) => isAbout(rule, attributes, p.resource)))) return undefined;
  if (!resourceRules.length) return own;
  return places.find((p) => resourceRules.some((rule) => isAbout(rule, attributes, p.resource)));
}

/** The resource itself first, then the others that the same objects are served as. */
function placesOf(attributes: AdmissionAttributes, kinds: readonly AnyKind[]): readonly Match[] {
  const { kind, group, version, resource } = attributes;
  const prefixOf = (k: AnyKind) => k.storagePrefix ?? k.plural;
  const isOther = (k: AnyKind) =>
    k.plural === resource && prefixOf(k) === prefixOf(kind) && !(k.group === group && k.version === version);
  return [
    { resource: { group, version, resource }, kind },
    ...kinds
      .filter(isOther)
      .map((k) => ({ resource: { group: k.group, version: k.version, resource: k.plural }, kind: k })),
  ];
}

function isAbout(rule: NamedRuleWithOperations, attributes: AdmissionAttributes, place: Place): boolean {
  const { apiGroups = [], apiVersions = [], operations = [], resources = [], resourceNames = [], scope } = rule;
  const says = (list: readonly string[], value: string) => list.includes('*') || list.includes(value);
  return (
    isOfScope(scope, attributes) &&
    says(apiGroups, place.group) &&
    says(apiVersions, place.version) &&
    says(operations, attributes.operation) &&
    resources.some((r) => isResource(r, place.resource, attributes.subresource)) &&
    (!resourceNames.length || resourceNames.includes(attributes.name))
  );
}

function isOfScope(scope: string, { group, resource, namespace: of }: AdmissionAttributes): boolean {
  const isNamespaced = !(group === '' && resource === 'namespaces') && of !== '';
  return scope === '*' || isNamespaced === (scope === 'Namespaced');
}

function isResource(said: string, resource: string, subresource: string): boolean {
  const [of, sub = ''] = said.split('/');
  return (of === '*' || of === resource) && (sub === '*' || sub === subresource);
}

/** What is in no namespace is exempt from none, but for namespaces, which count as within themselves. */
function isInNamespace(
  { namespaceSelector }: MatchResources,
  attributes: AdmissionAttributes,
  { objects }: PolicyWorld,
): boolean {
  const selector = labelSelectorOf(namespaceSelector ?? {});
  const isNamespace = attributes.resource === 'namespaces';
  if (!attributes.namespace && !isNamespace) return true;
  const isWritten = isNamespace && !attributes.subresource && ['CREATE', 'UPDATE'].includes(attributes.operation);
  const of = isWritten ? attributes.object : objects.find(namespace, '', attributes.namespace || attributes.name);
  return selector.matches(of?.metadata.labels ?? {});
}

function hasLabels({ objectSelector }: MatchResources, { object, oldObject }: AdmissionAttributes): boolean {
  const selector = labelSelectorOf(objectSelector ?? {});
  const isMatching = (o: KubeObject | undefined) => o !== undefined && selector.matches(o.metadata?.labels ?? {});
  const { matchLabels, matchExpressions } = objectSelector ?? {};
  const isEmpty = !Object.keys(matchLabels ?? {}).length && !matchExpressions?.length;
  return isEmpty || isMatching(object) || isMatching(oldObject);
}
