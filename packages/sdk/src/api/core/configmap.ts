import {
  configKeyProblems,
  type FieldError,
  field,
  forbiddenAt,
  invalid,
  equal,
  tooLong,
  wasGivenEmpty,
} from '../../machinery/index.ts';
import { defineKind, type Kind, s } from '../../schema/index.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import { objectMeta } from '../meta/object-meta.ts';

const configMapShape = s.struct('io.k8s.api.core.v1.ConfigMap', {
  metadata: s.held(1, objectMeta),
  immutable: s.opt(4, s.bool()),
  data: s.zero(2, s.map(s.str())),
  binaryData: s.zero(3, s.map(s.bytes())),
});
export interface ConfigMap extends s.Out<typeof configMapShape> {
  apiVersion?: string;
  kind?: string;
}
export interface ConfigMapManifest extends s.In<typeof configMapShape> {
  apiVersion?: string;
  kind?: string;
}
export const configMap: Kind<ConfigMap, ConfigMapManifest> = defineKind<ConfigMap, ConfigMapManifest>({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  scope: 'Namespaced',
  updateRules: ['metadataChange', 'metadata', 'object'],
  shortNames: ['cm'],
  schema: configMapShape,

  *validate(next, old) {
    if (old?.immutable) yield* unchangedData(next, old);
    yield* dataRules(next);
  },
  columns: [
    nameColumn,
    { name: 'Data', type: 'string', field: 'data', value: (c) => Object.keys({ ...c.data, ...c.binaryData }).length },
    ageColumn,
  ],
});

/** How much data a ConfigMap or a Secret may hold. */
export const maxDataBytes = 1024 * 1024;

function* dataRules({ data = {}, binaryData = {} }: ConfigMap): Iterable<FieldError> {
  let size = 0;
  for (const [key, value] of Object.entries(data)) {
    const at = field('data').key(key);
    for (const p of configKeyProblems(key)) yield invalid(at, key, p);
    if (Object.hasOwn(binaryData, key)) yield invalid(at, key, 'duplicate of key present in binaryData');
    size += Buffer.byteLength(value);
  }
  for (const [key, value] of Object.entries(binaryData)) {
    for (const p of configKeyProblems(key)) yield invalid(field('binaryData').key(key), key, p);
    size += Buffer.byteLength(value, 'base64');
  }
  // The whole object is too large, and upstream has no better path for it.
  if (size > maxDataBytes) yield tooLong('[]', maxDataBytes);
}

/** Upstream takes a map that is sent with nothing in it for another than none. */
function* unchangedData(next: ConfigMap, old: ConfigMap): Iterable<FieldError> {
  const why = 'field is immutable when `immutable` is set';
  if (!next.immutable) yield forbiddenAt(field('immutable'), why);
  if (!equal(next.data ?? {}, old.data ?? {}) || wasGivenEmpty(next, 'data')) yield forbiddenAt(field('data'), why);
  if (!equal(next.binaryData ?? {}, old.binaryData ?? {}) || wasGivenEmpty(next, 'binaryData'))
    yield forbiddenAt(field('binaryData'), why);
}
