import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aMap, configMaps, within } from './ask.ts';

const merge = { 'content-type': 'application/merge-patch+json' };
const strategic = { 'content-type': 'application/strategic-merge-patch+json' };
const jsonPatch = { 'content-type': 'application/json-patch+json' };
const apply = { 'content-type': 'application/apply-patch+yaml' };

test('what is there already is a 409, and stays', () =>
  within(async ({ ask }) => {
    await ask('POST', configMaps, { body: aMap('x', { data: { a: '1' } }) });
    const { status, json } = await ask('POST', configMaps, { body: aMap('x', { data: { a: '2' } }) });
    assert.equal(status, 409);
    assert.equal(json.reason, 'AlreadyExists');
    assert.equal(json.message, 'configmaps "x" already exists');
    assert.deepEqual((await ask('GET', `${configMaps}/x`)).json.data, { a: '1' });
  }));

test('a bad name is a 422 that names the field', () =>
  within(async ({ ask }) => {
    const { status, json } = await ask('POST', configMaps, { body: aMap('Not Good') });
    assert.equal(status, 422);
    assert.equal(json.details.causes[0].field, 'metadata.name');
    assert.match(json.message, /^ConfigMap "Not Good" is invalid: metadata.name: Invalid value: "Not Good": /);
  }));

test('a stale update is a 409 and changes nothing; a patch takes what is there', () =>
  within(async ({ ask }) => {
    const first = (await ask('POST', configMaps, { body: aMap('x') })).json;
    await ask('PATCH', `${configMaps}/x`, { headers: merge, body: { data: { a: '1' } } });
    const stale = await ask('PUT', `${configMaps}/x`, { body: { ...first, data: { a: 'stale' } } });
    assert.equal(stale.status, 409);
    assert.match(stale.json.message, /the object has been modified/);
    const other = await ask('PUT', `${configMaps}/x`, { body: aMap('x', { metadata: { name: 'x', uid: 'nobody' } }) });
    assert.equal(other.status, 409);
    assert.match(other.json.message, /UID in precondition: nobody/);
    const bad = await ask('PUT', `${configMaps}/x`, {
      body: aMap('x', { metadata: { name: 'x', resourceVersion: 'abc' } }),
    });
    assert.equal(bad.json.message, 'strconv.ParseUint: parsing "abc": invalid syntax');
    assert.deepEqual((await ask('GET', `${configMaps}/x`)).json.data, { a: '1' });
  }));

test('a write that changes nothing keeps the resourceVersion', () =>
  within(async ({ ask }) => {
    const made = (await ask('POST', configMaps, { body: aMap('x', { data: { a: '1', b: '2' } }) })).json;
    const same = await ask('PUT', `${configMaps}/x`, { body: aMap('x', { data: { b: '2', a: '1' } }) });
    assert.equal(same.json.metadata.resourceVersion, made.metadata.resourceVersion);
  }));

const odd =
  '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"NAME"},"dta":{},"data":{"a":"1","a":"2"},"data":{"a":"3"}}';

test('unknown and duplicate fields warn, are refused, or pass, as fieldValidation says', () =>
  within(async ({ ask }) => {
    const post = (name: string, query: string) =>
      ask('POST', `${configMaps}${query}`, { body: odd.replace('NAME', name) });
    const warned = await post('w', '');
    assert.equal(warned.status, 201);
    assert.deepEqual(warned.headers['warning'], [
      '299 - "duplicate field \\"data.a\\""',
      '299 - "duplicate field \\"data\\""',
      '299 - "unknown field \\"dta\\""',
    ]);
    const refused = await post('s', '?fieldValidation=Strict');
    assert.equal(refused.status, 400);
    assert.equal(
      refused.json.message,
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: duplicate field "data.a", duplicate field "data", unknown field "dta"',
    );
    const ignored = await post('i', '?fieldValidation=Ignore');
    assert.equal(ignored.status, 201);
    assert.equal(ignored.headers['warning'], undefined);
  }));

const malformed: [string, Record<string, string>, string, RegExp][] = [
  ['an empty body', {}, '', /unexpected end of JSON input \(<empty>\)/],
  ['a body cut short', {}, '{"metadata":{', /unexpected end of JSON input/],
  ['an extra comma', {}, '{"a":1,}', /invalid character '}' looking for beginning of object key string/],
  ['a list', {}, '[]', /cannot unmarshal array into Go value of type struct/],
  ['YAML as JSON', {}, 'kind: ConfigMap', /invalid character 'k' looking for beginning of value/],
  [
    'YAML with tabs',
    { 'content-type': 'application/yaml' },
    'kind: ConfigMap\n\tapiVersion: v1\n',
    /yaml: line 2: found a tab character that violates indentation/,
  ],
  ['a number too deep', {}, `{"x":${'['.repeat(20_000)}${']'.repeat(20_000)}}`, /exceeded max depth/],
];
for (const [what, headers, body, message] of malformed) {
  test(`${what} is a 400 that says where`, () =>
    within(async ({ ask }) => {
      const { status, json } = await ask('POST', configMaps, { headers, body });
      assert.equal(status, 400);
      assert.match(json.message, message);
    }));
}

test('what nests 9,900 deep in a field that nobody knows is dropped with a warning', () =>
  within(async ({ ask }) => {
    const deep = '['.repeat(9_900) + ']'.repeat(9_900);
    const { status, headers } = await ask('POST', configMaps, { body: `{"metadata":{"name":"x"},"deep":${deep}}` });
    assert.equal(status, 201);
    assert.deepEqual(headers['warning'], ['299 - "unknown field \\"deep\\""']);
  }));

test('invalid UTF-8 and half characters become the sign for what cannot be read', () =>
  within(async ({ ask }) => {
    const bytes = Buffer.from('{"metadata":{"name":"x"},"data":{"a":"?","b":"\\ud800"}}');
    bytes[bytes.indexOf('?')] = 0xff;
    const { status, json } = await ask('POST', configMaps, { body: bytes });
    assert.equal(status, 201);
    assert.deepEqual(json.data, { a: '\ufffd', b: '\ufffd' });
  }));

const strange = JSON.parse('{"__proto__":"p","constructor":"c","toString":"t"}') as Record<string, string>;

test('prototype names are keys like any other: in data, labels and every kind of patch', () =>
  within(async ({ ask }) => {
    const labels = JSON.parse('{"constructor":"c","toString":"t"}') as object;
    const body = aMap('x', { metadata: { name: 'x', labels }, data: strange });
    const made = await ask('POST', configMaps, { body });
    assert.equal(made.status, 201, made.text);
    const check = async (want: Record<string, string>) => {
      const { json } = await ask('GET', `${configMaps}/x`);
      assert.deepEqual(new Map(Object.entries(json.data)), new Map(Object.entries(want)));
      assert.deepEqual(json.metadata.labels, labels);
    };
    await check(strange);
    const patches: [Record<string, string>, string, string][] = [
      [merge, '', '{"data":{"__proto__":"m","constructor":"m"}}'],
      [strategic, '', '{"data":{"__proto__":"s","constructor":"s"}}'],
      [
        jsonPatch,
        '',
        '[{"op":"add","path":"/data/__proto__","value":"j"},{"op":"replace","path":"/data/constructor","value":"j"}]',
      ],
      [
        apply,
        '?fieldManager=a&force=true',
        '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":{"__proto__":"a","constructor":"a"}}',
      ],
    ];
    for (const [headers, query, text] of patches) {
      const patched = await ask('PATCH', `${configMaps}/x${query}`, { headers, body: text });
      assert.equal(patched.status, 200, patched.text);
      const value = /"([msja])"/.exec(text)![1]!;
      await check(
        JSON.parse(`{"__proto__":"${value}","constructor":"${value}","toString":"t"}`) as Record<string, string>,
      );
    }
    assert.equal(({} as Record<string, unknown>)['p'], undefined);
    assert.equal(Object.getPrototypeOf({}), Object.prototype);
  }));

test('what cannot be told apart in a list costs the managed fields, not the request', () =>
  within(async ({ ask }) => {
    const { status, json } = await ask('POST', '/api/v1/namespaces/lab/serviceaccounts', {
      body: { metadata: { name: 'x' }, secrets: [{ namespace: 'no-name' }] },
    });
    assert.equal(status, 201);
    assert.equal(json.metadata.managedFields, undefined);
  }));

test('a patch of what is not there is a 404, however it is written', () =>
  within(async ({ ask }) => {
    const { status } = await ask('PATCH', `${configMaps}/none`, { headers: merge, body: 'not json' });
    assert.equal(status, 404);
  }));

test('a dry run answers as the real one and leaves nothing', () =>
  within(async ({ ask }) => {
    const { status, json } = await ask('POST', `${configMaps}?dryRun=All`, { body: aMap('x') });
    assert.equal(status, 201);
    assert.equal(json.metadata.resourceVersion, undefined);
    assert.equal((await ask('GET', `${configMaps}/x`)).status, 404);
    assert.equal((await ask('POST', `${configMaps}?dryRun=Some`, { body: aMap('x') })).status, 422);
  }));

const deployments = '/apis/apps/v1/namespaces/lab/deployments';
const aDeployment = (replicas?: number) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'shop' },
  spec: {
    ...(replicas !== undefined && { replicas }),
    selector: { matchLabels: { app: 'shop' } },
    template: { metadata: { labels: { app: 'shop' } }, spec: { containers: [{ name: 'c', image: 'app:1' }] } },
  },
});
test('a whole number that is written with a fraction is none for an integer', () =>
  within(async ({ ask }) => {
    await ask('POST', deployments, { body: aDeployment(2) });
    const body = '{"spec":{"replicas":3.0}}';
    const merged = await ask('PATCH', `${deployments}/shop`, { headers: merge, body });
    assert.equal(merged.status, 422);
    assert.match(
      merged.json.message,
      /json: cannot unmarshal number 3\.0 into Go struct field .*spec\.replicas of type int32$/,
    );
    const operation = '[{"op":"replace","path":"/spec/replicas","value":3e0}]';
    assert.equal((await ask('PATCH', `${deployments}/shop`, { headers: jsonPatch, body: operation })).status, 422);
    // Merging by structure, upstream goes by the value.
    assert.equal((await ask('PATCH', `${deployments}/shop`, { headers: strategic, body })).json.spec.replicas, 3);
    const posted = JSON.stringify(aDeployment(2)).replace('"replicas":2', '"replicas":2.0');
    const { status, json } = await ask('POST', deployments, { body: posted });
    assert.equal(status, 400);
    assert.match(json.message, /cannot be handled as a Deployment: json: cannot unmarshal number 2\.0 into/);
  }));

test('who applies what is not there may say what only the server says otherwise', () =>
  within(async ({ ask }) => {
    const metadata = { name: 'a', resourceVersion: '5' };
    const made = await ask('PATCH', `${configMaps}/a?fieldManager=m`, {
      headers: apply,
      body: { apiVersion: 'v1', kind: 'ConfigMap', metadata },
    });
    assert.equal(made.status, 201);
    assert.equal(
      (await ask('POST', configMaps, { body: aMap('b', { metadata: { ...metadata, name: 'b' } }) })).status,
      500,
    );
  }));

test('several content types are no type of a patch', () =>
  within(async ({ ask }) => {
    for (const [type, message] of [
      [
        'application/merge-patch+json, application/json',
        /^the body of the request was in an unknown format - accepted/,
      ],
      ['text/plain, application/json', /^415: Unsupported Media Type$/],
    ] as const) {
      const answer = await ask('PATCH', `${configMaps}/a`, { body: '{}', headers: { 'content-type': type } });
      assert.equal(answer.status, 415);
      assert.match(answer.json.message, message);
    }
  }));

test('a patch goes by its content type as it is spelled', () =>
  within(async ({ ask }) => {
    await ask('POST', configMaps, { body: aMap('x') });
    const headers = { 'content-type': 'Application/Merge-Patch+JSON' };
    assert.equal((await ask('PATCH', `${configMaps}/x`, { headers, body: {} })).status, 415);
  }));

test('managers that a client sends have names, and are of the kind', () =>
  within(async ({ ask }) => {
    await ask('POST', configMaps, { body: aMap('a') });
    const entry = { operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: { 'f:data': {} } };
    const send = async (managedFields: object[]) => {
      const headers = { 'content-type': 'application/merge-patch+json' };
      return (await ask('PATCH', `${configMaps}/a`, { headers, body: { metadata: { managedFields } } })).json;
    };
    const at = 'ConfigMap "a" is invalid: metadata.managedFields[0].manager';
    assert.equal(
      (await send([{ ...entry, manager: 'a'.repeat(129) }])).message,
      `${at}: Too long: may not be more than 128 bytes`,
    );
    assert.equal(
      (await send([{ ...entry, manager: 'a\u0001' }])).message,
      `${at}: Invalid value: "a\\x01": invalid character U+0001 (at position 1)`,
    );
    assert.deepEqual((await send([{ ...entry, manager: 'a' }])).metadata.managedFields.length, 1);
    // Nobody is left of an entry that is of another group.
    assert.equal((await send([{ ...entry, manager: 'b', apiVersion: 'apps/v1' }])).metadata.managedFields, undefined);
  }));
