import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatusError } from '@tiphys/sdk/machinery';
import type { ServerRequest } from '../context.ts';
import { type Convertible, negotiate, refusalForm, asStream } from './negotiate.ts';

const asking = (accept: string): ServerRequest => ({ headers: { accept } }) as unknown as ServerRequest;
const query = new URLSearchParams();
const streamOf = (request: ServerRequest) => asStream(negotiate(request, query, 'list'));
const outcome = (pick: () => { media: string; as: string }): string => {
  try {
    const { media, as } = pick();
    return as === 'itself' ? media : `${media} ${as}`;
  } catch (err) {
    assert.ok(err instanceof StatusError);
    return String(err.code);
  }
};
const pb = 'application/vnd.kubernetes.protobuf';
const table = ';as=Table;g=meta.k8s.io;v=v1';

const cases: [accept: string, of: Convertible | 'watch', want: string][] = [
  ['', 'object', 'json'],
  ['*/*', 'object', 'json'],
  [pb, 'object', 'protobuf'],
  [pb, 'nothing', 'protobuf'],
  [`${pb},application/json`, 'object', 'protobuf'],
  [`application/json,${pb}`, 'object', 'json'],
  [`application/json;q=0.5,${pb};q=0.9`, 'list', 'protobuf'],
  [`application/yaml;q=0.1,application/json;q=bad,${pb};q=0.2`, 'object', 'protobuf'],
  // A wildcard comes after what is named, even with less weight.
  [`*/*,${pb}`, 'object', 'protobuf'],
  [`*/*;q=1,application/yaml;q=0.1`, 'object', 'yaml'],
  [`${pb}${table}`, 'list', '406'],
  [`${pb}${table},application/json${table}`, 'list', 'json Table'],
  [`application/json${table},application/json`, 'nothing', 'json'],
  [`${pb};stream=watch`, 'object', 'protobuf'],
  [`${pb};stream=other`, 'object', '406'],
  ['application/yaml;stream=watch', 'object', '406'],
  ['application/json;stream=watch', 'nothing', 'json'],
  [pb, 'watch', 'protobuf'],
  [`${pb};stream=watch`, 'watch', 'protobuf'],
  ['application/yaml', 'watch', '406'],
  ['application/cbor', 'object', '406'],
  ['Application/JSON', 'object', '406'],
];
for (const [accept, of, want] of cases) {
  test(`${of} for ${JSON.stringify(accept)}: ${want}`, () => {
    const request = asking(accept);
    assert.equal(
      outcome(() => (of === 'watch' ? streamOf(request) : negotiate(request, query, of))),
      want,
    );
  });
}

const indented: [accept: string, query: string, agent: string, want: boolean][] = [
  ['*/*', '', 'kubectl/v1', false],
  ['*/*', '', 'curl/7', true],
  ['*/*', 'pretty=false', 'curl/7', false],
  ['*/*', 'pretty=', 'curl/7', true],
  ['*/*', 'pretty=1', '', true],
  ['*/*', 'pretty=yes', '', false],
  ['application/json;pretty=1', 'pretty=false', '', true],
  ['application/json;pretty=true', '', '', false],
  ['application/json;pretty=0', '', 'curl/7', true],
  // What can't be had as asked is refused to a person.
  ['text/html', '', '', true],
];
for (const [accept, asked, agent, want] of indented) {
  test(`${accept} with ${asked || 'nothing'} from ${agent || 'nobody'} is ${want ? '' : 'not '}indented`, () => {
    const request = { headers: { accept, 'user-agent': agent } } as unknown as ServerRequest;
    assert.equal(refusalForm(request, new URLSearchParams(asked)).pretty, want);
  });
}

test('streams of protobuf say that they are watches, those of JSON do not', () => {
  assert.equal(streamOf(asking(pb)).contentType, `${pb};stream=watch`);
  assert.equal(streamOf(asking('application/json;stream=watch')).contentType, 'application/json');
});
