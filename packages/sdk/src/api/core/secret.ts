import {
  configKeyProblems,
  equal,
  field,
  type FieldError,
  forbiddenAt,
  immutable,
  invalid,
  own,
  put,
  tooLong,
  wasGivenEmpty,
} from '../../machinery/index.ts';
import { defineKind, type Kind, s, setFields } from '../../schema/index.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import { maxDataBytes } from './configmap.ts';
import { secretContents, tlsWarnings } from './secret-types.ts';
import { objectMeta } from '../meta/object-meta.ts';

const secretShape = s.struct('io.k8s.api.core.v1.Secret', {
  metadata: s.held(1, objectMeta),
  immutable: s.opt(5, s.bool()),
  data: s.zero(2, s.map(s.bytes())),
  stringData: s.zero(4, s.map(s.str())),
  type: s.zero(3, s.str(), { fill: 'Opaque' }),
});
export interface Secret extends s.Out<typeof secretShape> {
  apiVersion?: string;
  kind?: string;
}
export interface SecretManifest extends s.In<typeof secretShape> {
  apiVersion?: string;
  kind?: string;
}
export const secret: Kind<Secret, SecretManifest> = defineKind<Secret, SecretManifest>({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  scope: 'Namespaced',
  updateRules: ['metadataChange', 'change', 'metadata', 'object'],
  fieldSelectors: { type: ({ type }) => type ?? '' },
  schema: secretShape,

  default: takeInStrings,
  *validateChange(next, old) {
    yield* immutable(next.type, old.type, field('type'));
    if (old.immutable) yield* unchangedData(next, old);
  },
  *validate(next) {
    const at = field('data');
    let size = 0;
    for (const [key, value] of Object.entries(next.data ?? {})) {
      for (const p of configKeyProblems(key)) yield invalid(at.key(key), key, p);
      size += Buffer.byteLength(value, 'base64');
    }
    if (size > maxDataBytes) yield tooLong(at, maxDataBytes);
    yield* secretContents(next.type, {
      annotations: next.metadata.annotations ?? {},
      has: (key) => own(next.data, key) !== undefined,
      bytes: (key) => Buffer.from(own(next.data, key) ?? '', 'base64'),
    });
  },
  *warnings(next) {
    if (next.type === 'kubernetes.io/tls') yield* tlsWarnings(next.data ?? {});
  },
  columns: [
    nameColumn,
    { name: 'Type', type: 'string', field: 'type', value: (secret) => secret.type },
    { name: 'Data', type: 'string', field: 'data', value: (secret) => Object.keys(secret.data ?? {}).length },
    ageColumn,
  ],
});

/** `stringData` is only a way to write: it ends up in `data`. */
function takeInStrings(secret: Secret): void {
  const { stringData } = secret;
  if (!stringData) return;
  const all = { ...secret.data };
  for (const [key, text] of Object.entries(stringData)) put(all, key, Buffer.from(text).toString('base64'));
  const data: Record<string, string> = {};
  for (const key of Object.keys(all).sort()) put(data, key, all[key]!);
  setFields(secretShape, secret, { data, stringData: undefined });
}

/** Upstream takes a map that is sent with nothing in it for another than none. */
function* unchangedData(next: Secret, old: Secret): Iterable<FieldError> {
  const why = 'field is immutable when `immutable` is set';
  if (!next.immutable) yield forbiddenAt(field('immutable'), why);
  if (!equal(next.data ?? {}, old.data ?? {}) || wasGivenEmpty(next, 'data')) yield forbiddenAt(field('data'), why);
}
