import { type CustomResourceSubresourceScale, objectMeta } from '@tiphys/sdk/api';
import { type KubeObject, qualifiedNameProblems, compareVersions } from '@tiphys/sdk/machinery';
import {
  type AnyKind,
  type Converter,
  decode,
  defineKind,
  erase,
  type JSONSchemaProps,
  resourceShape,
} from '@tiphys/sdk/schema';
import { columnsOf } from './columns.ts';
import type { DefinedVersion, Definition } from './definition.ts';
import { nestedText } from './nested.ts';
import { ResourceRules } from './rules.ts';
import { selectorsOf } from './selectable-fields.ts';

/** A version's schema, read when somebody looks at objects. */
export type SchemaOf = (version: string) => JSONSchemaProps | undefined;

type Custom = KubeObject & { spec?: unknown; status?: unknown };

/** A definition's kinds, one a version, made as built-in ones are: from what is declared of them. */
export interface DefinedKinds {
  /** The one whose form is stored, served or not. */
  readonly hub: AnyKind;
  readonly served: readonly AnyKind[];
}

/** `converterTo`: who converts, given the version that is stored; nobody where versions differ in nothing but their name. */
export function kindsOf(
  definition: Definition,
  schemaOf: SchemaOf,
  converterTo: (stored: () => AnyKind) => Converter | undefined,
): DefinedKinds {
  const all: AnyKind[] = [];
  const stored = definition.versions.find((v) => v.storage);
  if (!stored) throw new Error(`${definition.name} has no version that is stored`);
  const versions = () => all;
  const converter = converterTo(() => hub);
  const of = { schemaOf, versions, ...(converter && { converter }) };
  const hub: AnyKind = kindOf(definition, stored, of);
  const served: AnyKind[] = [];
  for (const version of definition.versions) {
    const kind = version === stored ? hub : kindOf(definition, version, converter ? of : { ...of, hub });
    all.push(kind);
    if (version.served) served.push(kind);
  }
  return { hub, served };
}

interface Of {
  readonly schemaOf: SchemaOf;
  readonly versions: () => readonly AnyKind[];
  readonly converter?: Converter;
  /** The version that is stored, when it is another and nobody converts. */
  readonly hub?: AnyKind;
}

function kindOf(definition: Definition, version: DefinedVersion, { schemaOf, versions, converter, hub }: Of): AnyKind {
  const { group, accepted, namespaced } = definition;
  const { plural, kind, singular, listKind, shortNames, categories } = accepted;
  const { status, scale } = version.subresources ?? {};
  const hasStatus = status !== undefined;
  const name = [...group.split('.').reverse(), version.name, kind].join('.');
  const shape = resourceShape(() => schemaOf(version.name), { name, meta: objectMeta.shape });
  const apiVersion = `${group}/${version.name}`;
  const readAs = (object: KubeObject, fill: boolean): KubeObject => ({
    ...(decode(shape, object, { fill, lenient: true }) as KubeObject),
    apiVersion,
    kind,
  });
  const rules = new ResourceRules({ apiVersion, kind, schemaOf: () => schemaOf(version.name), scale });
  const asHub = hub && {
    kind: hub,
    toHub: (object: KubeObject): KubeObject => ({
      ...(decode(hub.schema.shape, object, { lenient: true }) as KubeObject),
      apiVersion: hub.apiVersion,
      kind,
    }),
    // What this version would fill isn't filled in what was written as another.
    fromHub: (object: KubeObject): KubeObject => readAs(object, false),
  };
  return erase(
    defineKind<Custom, unknown>({
      group,
      version: version.name,
      kind,
      plural,
      ...(singular && { singular }),
      ...(listKind && { listKind }),
      scope: namespaced ? 'Namespaced' : 'Cluster',
      ...(shortNames && { shortNames }),
      ...(categories && { categories }),
      schema: { shape },
      unstructured: true,
      storagePrefix: `${group}/${plural}`,
      versions,
      ...(asHub && { hub: asHub }),
      ...(converter && { converter }),
      settled: (object) => (asHub ? asHub.fromHub(asHub.toHub(object)) : readAs(object, true)),
      ...(version.deprecated && { deprecated: deprecation(definition, version) }),

      anyFinalizer: true,
      unconditionalUpdate: false,
      statusAtCreation: true,
      ...(scale && { scale: scaleOf(scale) }),
      generation: (object) => countedOf(object, hasStatus),
      ...(hasStatus && {
        status: {
          keepsMetadata: true,
          validate: (next, old) => rules.ofStatus(next, old),
          warnings: (next) => rules.warnings(next),
        },
      }),
      prepareForCreate(object) {
        if (hasStatus) delete object.status;
      },
      validate: (next, old) => rules.ofObject(next, old),
      warnings: (next, old) => [...rules.warnings(next), ...finalizerWarnings(next, old)],
      columns: columnsOf(version),
      fieldSelectors: selectorsOf(version),
      unknownField: (field) => `field label not supported: ${field}`,
    }),
  );
}

const scaleOf = ({ specReplicasPath, statusReplicasPath, labelSelectorPath }: CustomResourceSubresourceScale) => ({
  specReplicas: specReplicasPath,
  statusReplicas: statusReplicasPath,
  selector: (object: KubeObject) => (labelSelectorPath && nestedText(object, labelSelectorPath).value) || '',
});

/** Everything but metadata counts, and a status only where it isn't written by itself. */
function countedOf({ apiVersion: _v, kind: _k, metadata: _m, ...rest }: Custom, hasStatus: boolean): unknown {
  return hasStatus ? { ...rest, status: undefined } : rest;
}

function deprecation({ group, versions, accepted: { kind } }: Definition, version: DefinedVersion): string {
  if (version.deprecationWarning !== undefined) return version.deprecationWarning;
  const better = versions.find((v) => v.served && !v.deprecated && compareVersions(v.name, version.name) < 0);
  const instead = better ? `; use ${group}/${better.name} ${kind}` : '';
  return `${group}/${version.name} ${kind} is deprecated${instead}`;
}

const standardFinalizers = ['orphan', 'foregroundDeletion', 'kubernetes'];

/** Finalizers that others may stumble over. */
function* finalizerWarnings({ metadata }: KubeObject, old?: KubeObject): Iterable<string> {
  const added = new Set(metadata.finalizers?.filter((f) => !old?.metadata.finalizers?.includes(f)));
  for (const finalizer of [...added].sort()) {
    const about = `metadata.finalizers: ${JSON.stringify(finalizer)}: `;
    for (const problem of qualifiedNameProblems(finalizer)) yield about + problem;
    if (finalizer.includes('/') || standardFinalizers.includes(finalizer)) continue;
    const path = finalizer.includes('.') ? ' including a path (/)' : '';
    yield `${about}prefer a domain-qualified finalizer name${path} to avoid accidental conflicts with other finalizer writers`;
  }
}
