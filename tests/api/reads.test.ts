import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aMap, configMaps, type Lab, within } from './ask.ts';

const fill = async ({ ask }: Lab, ...names: string[]) => {
  for (const name of names) await ask('POST', configMaps, { body: aMap(name) });
};
const namesOf = ({ json }: { json: { items: { metadata: { name: string } }[] } }) =>
  json.items.map((i) => i.metadata.name);

test('pages show the moment of the first, whatever is written between them', () =>
  within(async (lab) => {
    await fill(lab, 'a', 'b', 'c', 'd', 'e');
    const first = await lab.ask('GET', `${configMaps}?limit=2`);
    assert.deepEqual(namesOf(first), ['a', 'b']);
    assert.equal(first.json.metadata.remainingItemCount, 3);
    await lab.ask('DELETE', `${configMaps}/c`);
    await fill(lab, 'b2');
    const token = first.json.metadata.continue as string;
    const second = await lab.ask('GET', `${configMaps}?limit=2&continue=${token}`);
    assert.deepEqual(namesOf(second), ['c', 'd']);
    assert.equal(second.json.metadata.resourceVersion, first.json.metadata.resourceVersion);
    const last = await lab.ask('GET', `${configMaps}?limit=2&continue=${second.json.metadata.continue}`);
    assert.deepEqual(namesOf(last), ['e']);
    assert.equal(last.json.metadata.continue, undefined);
  }));

test('pages of a moment that nobody kept come from the store, and once compacted are a 410 with a way on', () =>
  within(async (lab) => {
    await fill(lab, 'a', 'b', 'c', 'd');
    const { metadata } = (await lab.ask('GET', `${configMaps}?limit=2`)).json;
    const revision = Number(metadata.resourceVersion);
    await lab.ask('DELETE', `${configMaps}/c`);
    // As much reading of other moments as pushes this one out of what is kept.
    for (let i = 0; i < 70; i++) {
      await fill(lab, `x${i}`);
      await lab.ask('GET', `${configMaps}?limit=1`);
    }
    const page = await lab.ask('GET', `${configMaps}?limit=2&continue=${metadata.continue}`);
    assert.deepEqual(namesOf(page), ['c', 'd']);
    await lab.store.compact(revision + 1);
    for (let i = 70; i < 140; i++) {
      await fill(lab, `x${i}`);
      await lab.ask('GET', `${configMaps}?limit=1`);
    }
    const late = await lab.ask('GET', `${configMaps}?limit=1&continue=${metadata.continue}`);
    assert.equal(late.status, 410);
    assert.equal(late.json.reason, 'Expired');
    const offered = await lab.ask('GET', `${configMaps}?limit=1&continue=${late.json.metadata.continue}`);
    assert.deepEqual(namesOf(offered), ['d']);
    const old = await lab.ask('GET', `${configMaps}?resourceVersion=${revision}&resourceVersionMatch=Exact`);
    assert.equal(old.json.message, 'The resourceVersion for the provided list is too old.');
  }));

const matrix: [string, number, RegExp | undefined][] = [
  ['resourceVersion=0', 200, undefined],
  ['resourceVersion=0&limit=1', 200, undefined],
  ['resourceVersion=1&resourceVersionMatch=NotOlderThan', 200, undefined],
  ['resourceVersionMatch=Exact', 422, /forbidden unless resourceVersion is provided/],
  ['resourceVersion=0&resourceVersionMatch=Exact', 422, /is forbidden for resourceVersion "0"/],
  ['resourceVersion=1&resourceVersionMatch=Maybe', 422, /Unsupported value: "Maybe"/],
  ['resourceVersion=abc', 400, /strconv.ParseUint: parsing "abc": invalid syntax/],
  ['resourceVersion=999999', 504, /Too large resource version/],
  [
    'resourceVersion=18446744073709551616',
    400,
    /strconv.ParseUint: parsing "18446744073709551616": value out of range/,
  ],
  ['limit=9223372036854775808', 400, /strconv.ParseInt: parsing "9223372036854775808": value out of range/],
  ['continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6NTAwMDAwMDAsInN0YXJ0IjoiYSJ9', 504, /^Timeout: Too large resource/],
  ['fieldSelector=%3D,metadata.name!%3Dc', 200, undefined],
  ['limit=abc', 400, /strconv.ParseInt: parsing "abc": invalid syntax/],
  ['limit=', 400, /strconv.ParseInt: parsing "": invalid syntax/],
  ['limit=-1', 200, undefined],
  ['continue=%25', 400, /invalid continue token/],
  ['sendInitialEvents=true', 422, /sendInitialEvents is forbidden for list/],
  ['labelSelector=a%3D%3D%3Db', 400, /found '=', expected: identifier/],
  ['fieldSelector=spec.x%3D1', 400, /"spec.x" is not a known field selector/],
  ['fieldSelector=metadata.name%20in%20(a%2Cb)', 400, /can't understand 'b\)'/],
];
for (const [query, status, message] of matrix) {
  test(`list with ${query}: ${status}`, () =>
    within(async (lab) => {
      await fill(lab, 'a', 'b');
      const answer = await lab.ask('GET', `${configMaps}?${query}`);
      assert.equal(answer.status, status, answer.text);
      if (message) assert.match(answer.json.message, message);
      else assert.deepEqual(namesOf(answer), ['a', 'b']);
    }));
}

const forms: [string, string, number, string][] = [
  ['application/json', '', 200, 'ConfigMapList'],
  ['application/json;as=Table;v=v1;g=meta.k8s.io, application/json', '', 200, 'Table'],
  ['application/json;as=Chair;v=v1;g=meta.k8s.io, application/json', '', 200, 'ConfigMapList'],
  ['application/json;as=Chair;v=v1;g=meta.k8s.io', '', 406, 'Status'],
  ['application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io', '', 200, 'PartialObjectMetadataList'],
  ['application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io', '', 406, 'Status'],
  ['application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io', '/a', 200, 'PartialObjectMetadata'],
  ['text/html', '', 406, 'Status'],
  ['text/html, */*;q=0.1', '', 200, 'ConfigMapList'],
];
for (const [accept, name, status, kind] of forms) {
  test(`Accept ${accept} of ${name || 'a list'}: ${kind}`, () =>
    within(async (lab) => {
      await fill(lab, 'a');
      const answer = await lab.ask('GET', `${configMaps}${name}`, { headers: { accept } });
      assert.equal(answer.status, status);
      assert.equal(answer.json.kind, kind);
    }));
}

const paths: [string, string, number][] = [
  ['GET', '/nope', 404],
  ['GET', '/apis/nope.example/v1/things', 404],
  ['GET', '/api/v1/widgets', 404],
  ['GET', '/api/v1/configmaps/x', 404],
  ['POST', '/api/v1/configmaps', 405],
  ['PUT', configMaps, 405],
  ['OPTIONS', configMaps, 405],
  ['HEAD', configMaps, 405],
  ['GET', `${configMaps}/`, 200],
  ['GET', '/api/v1//namespaces/lab/configmaps', 404],
  ['GET', '/api/v1/namespaces/lab%2Fconfigmaps', 200],
  ['GET', `${configMaps}/%2e%2e`, 400],
];
for (const [method, path, status] of paths) {
  test(`${method} ${path}: ${status}`, () =>
    within(async ({ ask }) => assert.equal((await ask(method, path)).status, status)));
}

test('a page of whatever is in the cache has all that is left', () =>
  within(async (lab) => {
    await fill(lab, 'a', 'b', 'c', 'd');
    const { metadata } = (await lab.ask('GET', `${configMaps}?limit=1`)).json;
    const rest = await lab.ask('GET', `${configMaps}?limit=1&resourceVersion=0&continue=${metadata.continue}`);
    assert.deepEqual(namesOf(rest), ['b', 'c', 'd']);
    const watch = await lab.ask('GET', `${configMaps}?watch=1&continue=${metadata.continue}`);
    assert.match(watch.json.message, /resourceVersionMatch is forbidden when continue is provided/);
  }));

test('refusals come as YAML to who asked for YAML', () =>
  within(async ({ ask }) => {
    const { status, text } = await ask('GET', `${configMaps}/none`, { headers: { accept: 'application/yaml' } });
    assert.equal(status, 404);
    assert.match(text, /^apiVersion: v1\ncode: 404\n/);
  }));

test('a watch that makes no sense is refused for that, whatever form it is wanted in', () =>
  within(async ({ ask }) => {
    const headers = { accept: 'application/yaml' };
    for (const [query, status] of [
      ['fieldSelector=z%3D1', 400],
      ['resourceVersion=x', 500],
      ['sendInitialEvents=true', 422],
      ['', 406],
    ] as const) {
      assert.equal((await ask('GET', `${configMaps}?watch=1&${query}`, { headers })).status, status, query);
    }
  }));
