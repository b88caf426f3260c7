import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineOf } from '../../machinery/index.ts';
import { decode, decodeMessage, encodeMessage } from '../../schema/index.ts';
import { type CustomResourceDefinition, customResourceDefinition } from './customresourcedefinition.ts';
import type { JSONSchemaProps } from './json-schema.ts';

type Json = Record<string, unknown>;
const { shape } = customResourceDefinition.schema;

function aDefinition(schema: JSONSchemaProps, { spec = {}, version = {} }: { spec?: Json; version?: Json } = {}) {
  const object = decode(shape, {
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema }, ...version }],
      ...spec,
    },
  }) as CustomResourceDefinition;
  customResourceDefinition.default!(object);
  return object;
}
const withField = (f: JSONSchemaProps) => aDefinition({ type: 'object', properties: { f } });
const linesOf = (object: CustomResourceDefinition, old?: CustomResourceDefinition) =>
  [...customResourceDefinition.validate!(object, old)].map(lineOf);

test('names, conversion and stored version are filled', () => {
  const { spec, status } = aDefinition({ type: 'object' });
  assert.deepEqual(spec.names, { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' });
  assert.deepEqual(spec.conversion, { strategy: 'None' });
  assert.deepEqual(status, { conditions: null, acceptedNames: { plural: '', kind: '' }, storedVersions: ['v1'] });
});

const everywhere: JSONSchemaProps = {
  type: 'object',
  properties: {
    a: { items: { type: 'string', enum: ['x', null, 1] }, additionalProperties: false, not: {} },
    b: { items: [{ type: 'string' }, {}], additionalProperties: { default: { deep: [1] } }, additionalItems: true },
    c: { dependencies: { p: ['q', 'r'], s: { maximum: 1.5 } }, 'x-kubernetes-validations': [{ rule: 'true' }] },
  },
};

test('schemas that hold schemas go through JSON and protobuf unchanged', () => {
  const object = aDefinition(everywhere);
  assert.deepEqual(object.spec.versions![0]!.schema!.openAPIV3Schema, everywhere);
  const back = decode(shape, decodeMessage(shape, encodeMessage(shape, object)));
  assert.deepEqual(back, object);
});

test('what stands in protobuf for a schema or something else', () => {
  const bytes = (f: JSONSchemaProps) => {
    const { schema } = withField(f).spec.versions![0]!;
    return encodeMessage(schemaShape, schema!.openAPIV3Schema!.properties!['f']!).toString('hex');
  };
  // additionalProperties is field 30: {allows: true} and {allows: true, schema: {}}; items 24: {schema: {}} and a list.
  assert.ok(bytes({ additionalProperties: true }).includes('f201020801'));
  assert.ok(bytes({ additionalProperties: false }).includes('f201020800'));
  assert.match(bytes({ additionalProperties: { id: 'x' } }), /f201..080112..0a0178/);
});

const schemaShape = (() => {
  const versions = customResourceDefinition.schema.shape.fields.get('spec')!.shape;
  assert.ok(versions.type === 'struct');
  const list = versions.fields.get('versions')!.shape;
  assert.ok(list.type === 'list' && list.items.type === 'struct');
  const validation = list.items.fields.get('schema')!.shape;
  assert.ok(validation.type === 'struct');
  const schema = validation.fields.get('openAPIV3Schema')!.shape;
  assert.ok(schema.type === 'struct');
  return schema;
})();

test('what of schemas is refused', () => {
  const at = 'spec.validation.openAPIV3Schema.properties[f]';
  const string = { type: 'string' };
  const table: [f: JSONSchemaProps, want: string[]][] = [
    [string, []],
    [{}, [`${at}.type: Required value: must not be empty for specified object fields`]],
    [{ 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] }, []],
    [{ type: 'array' }, [`${at}.items: Required value: must be specified`]],
    [
      { ...string, uniqueItems: true },
      [
        `${at}.uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic`,
      ],
    ],
    [
      { ...string, anyOf: [{ type: 'string', description: 'x' }] },
      [
        `${at}.anyOf[0].description: Forbidden: must be empty to be structural`,
        `${at}.anyOf[0].type: Forbidden: must be empty to be structural`,
      ],
    ],
    [
      {
        type: 'array',
        items: { type: 'object', properties: { k: string } },
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
      },
      [
        `${at}.items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property`,
      ],
    ],
    [
      { ...string, 'x-kubernetes-list-type': 'set' },
      [`${at}.type: Invalid value: "string": must be array if x-kubernetes-list-type is specified`],
    ],
    [
      { type: 'object', 'x-kubernetes-preserve-unknown-fields': false },
      [`${at}.x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined`],
    ],
    [
      { ...string, 'x-kubernetes-validations': [{ rule: ' ', fieldPath: '.g' }] },
      [
        `${at}.x-kubernetes-validations[0].rule: Required value: rule is not specified`,
        `${at}.x-kubernetes-validations[0].fieldPath: Invalid value: ".g": must be a valid path`,
      ],
    ],
    // Nobody looks for a path in a schema that can't be looked at.
    [
      { ...string, id: 'x', 'x-kubernetes-validations': [{ rule: ' ', fieldPath: '.g' }] },
      [
        `${at}.id: Forbidden: id is not supported`,
        `${at}.x-kubernetes-validations[0].rule: Required value: rule is not specified`,
      ],
    ],
    // Bounds of defaults are told as numbers of any kind are.
    [
      { type: 'integer', minimum: 1e10, default: 10 },
      [`${at}.default: Invalid value: 10:  in body should be greater than or equal to 1e+10`],
    ],
    [
      { type: 'number', maximum: 0.5, default: 1 },
      [`${at}.default: Invalid value: 1:  in body should be less than or equal to 0.5`],
    ],
  ];
  for (const [f, want] of table) assert.deepEqual(linesOf(withField(f)), want, JSON.stringify(f));
});

test('what the root has conditions on is there', () => {
  const root = { type: 'object', oneOf: [{ properties: { g: { minimum: 1 } } }] };
  const at = 'spec.validation.openAPIV3Schema';
  assert.deepEqual(linesOf(aDefinition(root)), [
    `${at}.properties[g]: Required value: because it is defined in ${at}.oneOf[0].properties[g]`,
  ]);
});

test('what of definitions is refused', () => {
  const schema = { type: 'object', properties: { spec: { type: 'object', properties: { a: { type: 'string' } } } } };
  const table: [more: { spec?: Json; version?: Json }, want: string[]][] = [
    [{}, []],
    [{ spec: { group: 'single' } }, ['spec.group: Invalid value: "single": should be a domain with at least one dot']],
    [
      { version: { deprecationWarning: 'x' } },
      ['spec.versions[0].deprecationWarning: Invalid value: "x": can only be set for deprecated versions'],
    ],
    [
      { version: { additionalPrinterColumns: [{ name: 'A', type: 'odd', jsonPath: 'a' }] } },
      [
        'spec.additionalPrinterColumns[0].type: Invalid value: "odd": must be one of boolean,date,integer,number,string',
        'spec.additionalPrinterColumns[0].JSONPath: Invalid value: "a": must be a simple json path starting with .',
      ],
    ],
    [
      { version: { selectableFields: [{ jsonPath: '.spec.a' }, { jsonPath: '.spec.b' }, { jsonPath: '.spec' }] } },
      [
        'spec.selectableFields[1].jsonPath: Invalid value: ".spec.b": is an invalid path: does not refer to a valid field',
        'spec.selectableFields[2].jsonPath: Invalid value: ".spec": must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
      ],
    ],
    [
      { version: { subresources: { scale: { specReplicasPath: '.replicas', statusReplicasPath: '' } } } },
      [
        'spec.subresources.scale.specReplicasPath: Invalid value: ".replicas": should be a json path under .spec',
        'spec.subresources.scale.statusReplicasPath: Required value',
      ],
    ],
    [
      { spec: { conversion: { strategy: 'Webhook' }, preserveUnknownFields: true } },
      [
        'spec.conversion.strategy: Invalid value: "Webhook": must be None if spec.preserveUnknownFields is true',
        'spec.conversion.webhookClientConfig: Required value: required when strategy is set to Webhook',
        'spec.conversion.conversionReviewVersions: Required value',
        'spec.preserveUnknownFields: Invalid value: true: cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
      ],
    ],
    [
      { spec: { conversion: { strategy: 'Webhook' } } },
      [
        'spec.conversion.webhookClientConfig: Required value: required when strategy is set to Webhook',
        'spec.conversion.conversionReviewVersions: Required value',
      ],
    ],
  ];
  for (const [more, want] of table) assert.deepEqual(linesOf(aDefinition(schema, more)), want, JSON.stringify(more));
});

test('certificates of a conversion webhook are not replaced by none; what never were any may stay', () => {
  const certificate = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
  const withBundle = (text: string) => {
    const clientConfig = { url: 'https://convert.example.com/', caBundle: Buffer.from(text).toString('base64') };
    const conversion = { strategy: 'Webhook', webhook: { clientConfig, conversionReviewVersions: ['v1'] } };
    return aDefinition({ type: 'object' }, { spec: { conversion } });
  };
  const refused =
    'spec.conversion.webhookClientConfig.caBundle: Invalid value: "anVuaw==": unable to load root certificates: unable to parse bytes as PEM block';
  assert.deepEqual(linesOf(withBundle('junk'), withBundle(certificate)), [refused]);
  assert.deepEqual(linesOf(withBundle(certificate), withBundle('junk')), []);
  assert.deepEqual(linesOf(withBundle('junk'), withBundle('rubbish')), []);
});

test('what was let pass when it was stored goes on passing', () => {
  const sound = withField({ type: 'string' });
  for (const bad of [{}, { type: 'date' }, { type: 'string', not: { type: 'string' } }]) {
    assert.notDeepEqual(linesOf(withField(bad), sound), [], JSON.stringify(bad));
    assert.deepEqual(linesOf(withField(bad), withField(bad)), [], JSON.stringify(bad));
  }
});

test('once established, names and scope stay; stored versions stay always', () => {
  const [old, next] = [
    aDefinition({ type: 'object' }),
    aDefinition({ type: 'object' }, { spec: { scope: 'Cluster' } }),
  ];
  assert.deepEqual(linesOf(next, old), []);
  old.status.conditions = [{ type: 'Established', status: 'True', lastTransitionTime: null }];
  assert.deepEqual(linesOf(next, old), ['spec.scope: Invalid value: "Cluster": field is immutable']);
  next.status.storedVersions = ['v0', 'v1'];
  assert.match(
    linesOf(next, old).at(-1)!,
    /^status.storedVersions\[0\]: Invalid value: "v0": missing from spec.versions; /,
  );
});

test('the name says plural and group; the community’s groups need approval', () => {
  const problems = customResourceDefinition.validateName!('other.example.com', false, aDefinition({ type: 'object' }));
  assert.deepEqual(problems, ['must be spec.names.plural+"."+spec.group']);
  const guarded = aDefinition({ type: 'object' }, { spec: { group: 'x.k8s.io' } });
  assert.match(
    linesOf(guarded)[0]!,
    /^metadata.annotations\[api-approved.kubernetes.io\]: Required value: protected groups/,
  );
  guarded.metadata.annotations = { 'api-approved.kubernetes.io': 'https://example.com/1' };
  assert.deepEqual(linesOf(guarded), []);
});

test('formats that nothing is checked by are warned of', () => {
  const warnings = (f: JSONSchemaProps) => [...customResourceDefinition.warnings!(withField(f))];
  assert.deepEqual(warnings({ type: 'string', format: 'date-time' }), []);
  assert.deepEqual(warnings({ type: 'string', format: 'int32' }), ['unrecognized format "int32"']);
  assert.deepEqual(warnings({ type: 'integer', format: 'int32' }), []);
});

test('a schema that is told has the lists and maps that came with nothing in them', () => {
  const given: JSONSchemaProps = { type: 'string', oneOf: [], enum: [], dependencies: {} };
  const version = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: given }, selectableFields: [] };
  // What all versions say alike isn't told of each.
  const other = { ...version, schema: { openAPIV3Schema: { type: 'object' } } };
  const lines = linesOf(aDefinition({}, { spec: { versions: [version, other] } }));
  const told = lines.find((line) => line.endsWith('must contain unique version names'));
  assert.match(told ?? '', /"Enum":\[\],.*"AllOf":null,"OneOf":\[\],"AnyOf":null,.*"Dependencies":\{\}/);
});
