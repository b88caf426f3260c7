import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServerRequest } from '../context.ts';
import { serveContent } from './serve-content.ts';

const etag = '"abc"';
const modifiedAt = Date.parse('2026-01-02T03:04:05.678Z');
const modified = 'Fri, 02 Jan 2026 03:04:05 GMT';
const earlier = 'Fri, 02 Jan 2026 03:04:04 GMT';

const asked = (headers: Record<string, string>, method = 'GET') =>
  serveContent({ headers, method } as unknown as ServerRequest, {
    headers: { 'content-type': 'application/json', 'cache-control': 'public', vary: 'Accept' },
    etag,
    modifiedAt,
    bytes: () => Promise.resolve(Buffer.from('0123456789')),
  });

for (const [headers, status, text, more] of [
  [{}, 200, '0123456789', { 'content-length': '10' }],
  [{ 'if-none-match': etag }, 304, '', {}],
  [{ 'if-none-match': `W/${etag}` }, 304, '', {}],
  [{ 'if-none-match': `"x", ${etag}` }, 304, '', {}],
  [{ 'if-none-match': '*' }, 304, '', {}],
  [{ 'if-none-match': '"x"', 'if-modified-since': modified }, 200, '0123456789', {}],
  [{ 'if-modified-since': modified }, 304, '', {}],
  [{ 'if-modified-since': earlier }, 200, '0123456789', {}],
  [{ 'if-modified-since': 'once' }, 200, '0123456789', {}],
  [{ 'if-match': etag }, 200, '0123456789', {}],
  [{ 'if-match': '"x"' }, 412, '', {}],
  [{ 'if-match': `W/${etag}` }, 412, '', {}],
  [{ 'if-unmodified-since': earlier }, 412, '', {}],
  [{ 'if-unmodified-since': modified }, 200, '0123456789', {}],
  [{ range: 'bytes=2-4' }, 206, '234', { 'content-range': 'bytes 2-4/10', 'content-length': '3' }],
  [{ range: 'bytes=7-' }, 206, '789', { 'content-range': 'bytes 7-9/10' }],
  [{ range: 'bytes=-2' }, 206, '89', { 'content-range': 'bytes 8-9/10' }],
  [{ range: 'bytes=5-99' }, 206, '56789', { 'content-range': 'bytes 5-9/10' }],
  [{ range: 'bytes=0-1,3-4' }, 200, '0123456789', {}],
  [{ range: 'bytes=10-' }, 416, 'invalid range: failed to overlap\n', { 'content-range': 'bytes */10' }],
  [{ range: 'bytes=4-2' }, 416, 'invalid range\n', { 'content-range': undefined }],
  [{ range: 'lines=1-2' }, 416, 'invalid range\n', {}],
  [{ range: 'bytes=2-4', 'if-range': '"x"' }, 200, '0123456789', {}],
  [{ range: 'bytes=2-4', 'if-range': etag }, 206, '234', {}],
] as const) {
  test(`${JSON.stringify(headers)}: ${status}`, async () => {
    const answer = await asked(headers);
    const body = answer.body.type === 'bytes' ? Buffer.concat([...answer.body.pieces]).toString() : '';
    assert.deepEqual([answer.status, body], [status, text]);
    for (const [name, value] of Object.entries(more)) assert.equal(answer.headers[name], value, name);
  });
}

test('what is said of it depends on how much of it is sent', async () => {
  const all = { 'cache-control': 'public', vary: 'Accept' };
  assert.deepEqual((await asked({})).headers, {
    ...all,
    'content-type': 'application/json',
    etag,
    'last-modified': modified,
    'accept-ranges': 'bytes',
    'content-length': '10',
  });
  assert.deepEqual((await asked({ 'if-none-match': '*' })).headers, { ...all, etag });
  assert.deepEqual((await asked({ range: 'bytes=10-' })).headers, {
    vary: 'Accept',
    'content-type': 'text/plain; charset=utf-8',
    'x-content-type-options': 'nosniff',
    'content-range': 'bytes */10',
  });
});

test('who writes is told that the condition failed rather than that nothing is new', async () => {
  assert.equal((await asked({ 'if-none-match': etag }, 'POST')).status, 412);
  assert.equal((await asked({ 'if-modified-since': modified }, 'POST')).status, 200);
});

test('what is new each time is never known, even when it was asked for in the same second', async () => {
  const asked = { headers: { 'if-modified-since': modified }, method: 'GET' } as unknown as ServerRequest;
  const bytes = () => Promise.resolve(Buffer.from('new'));
  const { status, headers } = await serveContent(asked, { headers: {}, modifiedAt, isNew: true, bytes });
  assert.deepEqual([status, headers['last-modified']], [200, modified]);
});
