import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventJson, eventLine, eventListJson, type AuditEvent } from './event.ts';
import { nanoText } from './latencies.ts';
import { sourceIps } from './source-ips.ts';

const event: AuditEvent = {
  level: 'Request',
  auditID: 'id "1"',
  stage: 'ResponseComplete',
  requestURI: '/api/v1/namespaces/ns/pods?a=<b>',
  verb: 'create',
  user: { username: 'jane', groups: ['dev', 'ops'] },
  sourceIPs: ['1.2.3.4', '5.6.7.8'],
  userAgent: 'x/1',
  objectRef: { resource: 'pods', namespace: 'ns' },
  responseStatus: { metadata: {}, code: 201 },
  requestObject: '{"kind":"Pod"}',
  requestReceivedTimestamp: '2026-01-02T03:04:05.120000Z',
  stageTimestamp: '2026-01-02T03:04:05.123456Z',
  annotations: { a: 'b' },
};

test('an event is one line of JSON', () => {
  const text = eventJson(event);
  assert.ok(!text.includes('\n'));
  assert.ok(text.includes(String.raw`?a=\u003cb\u003e`));
  const { requestObject, ...rest } = event;
  const head = { kind: 'Event', apiVersion: 'audit.k8s.io/v1' };
  assert.deepEqual(JSON.parse(text), { ...head, ...rest, requestObject: JSON.parse(requestObject!) });
});

test('a list says once what it is', () => {
  const list = JSON.parse(eventListJson([event, event])) as { items: { kind?: string; auditID: string }[] };
  assert.deepEqual(
    { ...list, items: list.items.length },
    {
      kind: 'EventList',
      apiVersion: 'audit.k8s.io/v1',
      metadata: {},
      items: 2,
    },
  );
  assert.equal(list.items[0]!.kind, undefined);
  assert.equal(list.items[0]!.auditID, event.auditID);
});

// Each as upstream's EventString writes it.
const lines: readonly (readonly [string, AuditEvent, string])[] = [
  [
    'whole',
    event,
    String.raw`2026-01-02T03:04:05.12Z AUDIT: id="id \"1\"" stage="ResponseComplete" ip="1.2.3.4" method="create" user="jane" groups="\"dev\",\"ops\"" as="<self>" asgroups="<lookup>" user-agent="x/1" namespace="ns" uri="/api/v1/namespaces/ns/pods?a=<b>" response="201"`,
  ],
  [
    'nearly empty',
    {
      level: 'Metadata',
      auditID: 'x',
      stage: 'RequestReceived',
      requestURI: '/',
      verb: 'get',
      user: {},
      impersonatedUser: { username: 'joe', groups: ['g'] },
      requestReceivedTimestamp: '2026-01-02T03:04:00.000000Z',
      stageTimestamp: '2026-01-02T03:04:00.000000Z',
    },
    String.raw`2026-01-02T03:04:00Z AUDIT: id="x" stage="RequestReceived" ip="<unknown>" method="get" user="<none>" groups="<none>" as="joe" asgroups="\"g\"" user-agent="" namespace="<none>" uri="/" response="<deferred>"`,
  ],
];
for (const [name, of, want] of lines) test(`a line for people: ${name}`, () => assert.equal(eventLine(of), want));

const ips: readonly (readonly [Record<string, string>, string | undefined, readonly string[]])[] = [
  [{}, '10.0.0.1', ['10.0.0.1']],
  [{}, '::ffff:10.0.0.1', ['10.0.0.1']],
  [{}, '::1', ['::1']],
  [{}, undefined, []],
  [{ 'x-forwarded-for': '1.2.3.4' }, '10.0.0.1', ['1.2.3.4', '10.0.0.1']],
  [{ 'x-forwarded-for': ' 1.2.3.4 ,nonsense, 2001:DB8:0::1' }, '10.0.0.1', ['1.2.3.4', '2001:db8::1', '10.0.0.1']],
  [{ 'x-forwarded-for': '1.2.3.4, 10.0.0.1' }, '10.0.0.1', ['1.2.3.4', '10.0.0.1']],
  [{ 'x-forwarded-for': '10.0.0.1, 1.2.3.4' }, '10.0.0.1', ['10.0.0.1', '1.2.3.4', '10.0.0.1']],
  [{ 'x-real-ip': '9.9.9.9' }, '10.0.0.1', ['9.9.9.9', '10.0.0.1']],
  [{ 'x-real-ip': '9.9.9.9', 'x-forwarded-for': '9.9.9.9, 1.2.3.4' }, '10.0.0.1', ['9.9.9.9', '1.2.3.4', '10.0.0.1']],
  [{ 'x-real-ip': 'nonsense' }, '10.0.0.1', ['10.0.0.1']],
];
for (const [headers, remoteAddress, want] of ips) {
  test(`where a request came from: ${JSON.stringify(headers)} ${remoteAddress}`, () =>
    assert.deepEqual(sourceIps({ headers, remoteAddress, objects: false }), want));
}

const durations: readonly (readonly [number, string])[] = [
  [0.0000005, '1ns'],
  [0.000722, '722ns'],
  [0.002554, '2.554µs'],
  [0.0642, '64.2µs'],
  [706.212544, '706.212544ms'],
  [1414.063133, '1.414063133s'],
];
for (const [ms, want] of durations) test(`a duration: ${want}`, () => assert.equal(nanoText(ms), want));
