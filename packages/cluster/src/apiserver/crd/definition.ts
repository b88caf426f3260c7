import { compareVersions } from '@tiphys/sdk/machinery';
import {
  type CustomResourceConversion,
  type CustomResourceDefinition,
  type CustomResourceDefinitionNames,
  type CustomResourceDefinitionVersion,
  isWebhookTellable,
} from '@tiphys/sdk/api';

/** What is known of a definition without its schemas, which are large and rarely looked at. */
export interface Definition {
  readonly name: string;
  readonly group: string;
  readonly namespaced: boolean;
  /** The names that it asks for; other definitions may have some of them. */
  readonly asked: CustomResourceDefinitionNames;
  readonly accepted: CustomResourceDefinitionNames;
  /** In the order in which they are preferred. */
  readonly versions: readonly DefinedVersion[];
  readonly conversion: CustomResourceConversion | undefined;
  /** Nothing stands in the way of asking whoever converts. */
  readonly isConvertible: boolean;
  /** Clients are told of it. */
  readonly isEstablished: boolean;
  /** Requests for it are answered. */
  readonly isServed: boolean;
  /** It goes, and nothing new is made of it. */
  readonly isTerminating: boolean;
  /** Changes with everything that its kinds are made from. */
  readonly digest: string;
}

export type DefinedVersion = Omit<CustomResourceDefinitionVersion, 'schema'>;

export function definitionOf({ metadata, spec, status }: CustomResourceDefinition): Definition {
  const is = (type: string) => status.conditions?.some((c) => c.type === type && c.status === 'True') ?? false;
  const { acceptedNames: accepted } = status;
  const isServed = (is('Established') || is('NamesAccepted')) && Boolean(accepted.plural && accepted.kind);
  const versions = (spec.versions ?? []).map(withoutSchema);
  return {
    name: metadata.name!,
    group: spec.group,
    namespaced: spec.scope === 'Namespaced',
    asked: spec.names,
    accepted,
    versions: versions.toSorted((a, b) => compareVersions(a.name, b.name)),
    conversion: spec.conversion,
    isConvertible: isWebhookTellable(spec.conversion),
    isEstablished: is('Established'),
    isServed,
    isTerminating: is('Terminating'),
    digest: JSON.stringify([metadata.uid, metadata.generation, accepted, isServed]),
  };
}

function withoutSchema(version: CustomResourceDefinitionVersion): DefinedVersion {
  const { schema: _, ...rest } = version;
  return rest;
}
