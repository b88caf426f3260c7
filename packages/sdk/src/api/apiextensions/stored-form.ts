import { isObject, type JsonObject } from '../../machinery/index.ts';

/** What of each version may stand once for all of them. */
const shared = ['subresources', 'additionalPrinterColumns', 'selectableFields'] as const;

/**
 * A definition as kube-apiservers store it, which is still `v1beta1`, as one of `v1`: what stands once for all versions is said of
 * each, and the webhook that converts has a place of its own.
 */
export function fromStoredForm({ spec: stored, ...rest }: JsonObject): JsonObject {
  if (!isObject(stored)) return { spec: stored, ...rest };
  const { version, versions, validation, conversion, preserveUnknownFields = true, ...spec } = stored;
  for (const name of shared) delete spec[name];
  const one = { name: version, served: true, storage: true };
  const each = Array.isArray(versions) && versions.length ? (versions as JsonObject[]) : version ? [one] : [];
  const ofAll = {
    ...(validation !== undefined && { schema: validation }),
    ...Object.fromEntries(shared.flatMap((name) => (name in stored ? [[name, stored[name]]] : []))),
  };
  return {
    ...rest,
    spec: {
      ...spec,
      preserveUnknownFields,
      ...(isObject(conversion) && { conversion: conversionFrom(conversion) }),
      versions: each.map((v) => withColumns({ ...ofAll, ...v })),
    },
  };
}

function conversionFrom({ webhookClientConfig, conversionReviewVersions, ...conversion }: JsonObject): JsonObject {
  if (webhookClientConfig === undefined && conversionReviewVersions === undefined) return conversion;
  return { ...conversion, webhook: { clientConfig: webhookClientConfig, conversionReviewVersions } };
}

function withColumns({ additionalPrinterColumns: columns, ...version }: JsonObject): JsonObject {
  if (!Array.isArray(columns)) return version;
  const read = ({ JSONPath: jsonPath, ...column }: JsonObject) => ({ ...column, jsonPath });
  return { ...version, additionalPrinterColumns: (columns as JsonObject[]).map(read) };
}
