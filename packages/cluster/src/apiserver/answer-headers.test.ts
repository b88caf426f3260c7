import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { UserInfo } from './context.ts';
import { admin, aUser, serverScene, type ServerScene } from './server-scene.ts';

let scene: ServerScene;
before(async () => void (scene = await serverScene()));
after(() => scene.stop());

const joe = aUser('joe');
const nosniff = 'x-content-type-options';
const json = 'application/json';
const text = 'text/plain; charset=utf-8';
const numbers = 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores';
const pprof = '/debug/pprof';

type Ask = { readonly method?: string; readonly user?: UserInfo; readonly headers?: Record<string, string> };
/** Undefined is for a header that isn't there. */
type Row = readonly [path: string, ask: Ask, status: number, want: Readonly<Record<string, unknown>>];

const rows: readonly Row[] = [
  ['/version', {}, 200, { 'content-type': json, 'cache-control': 'no-cache, private', [nosniff]: undefined }],
  ['/api/v1/namespaces', { user: joe }, 403, { 'content-type': json, [nosniff]: 'nosniff' }],
  ['/metrics', { user: joe }, 403, { 'content-type': json, [nosniff]: 'nosniff' }],
  ['/version', { headers: { 'impersonate-group': 'x' } }, 400, { [nosniff]: 'nosniff' }],
  ['/version', { user: joe, headers: { 'impersonate-user': 'x' } }, 403, { [nosniff]: 'nosniff' }],
  ['/api/v1/none', { headers: { 'impersonate-user': '' } }, 404, { [nosniff]: undefined }],
  ['/api/v1/none', {}, 404, { 'content-type': json, [nosniff]: undefined }],
  ['/unknown', {}, 404, { 'content-type': text, [nosniff]: 'nosniff' }],
  ['/index.html', {}, 200, { 'content-type': json }],
  ['/metrics', {}, 200, { 'content-type': numbers, 'process-start-time-unix': /^\d+$/ }],
  ['/metrics/slis', {}, 200, { 'content-type': numbers, 'process-start-time-unix': /^\d+$/ }],
  ['/metrics', { method: 'DELETE' }, 200, { 'content-type': text, 'process-start-time-unix': undefined }],
  [pprof, {}, 302, { location: `${pprof}/`, 'content-type': 'text/html; charset=utf-8', [nosniff]: undefined }],
  [pprof, { method: 'POST' }, 302, { location: `${pprof}/`, 'content-type': undefined, [nosniff]: undefined }],
  [`${pprof}/nope`, {}, 404, { 'content-type': text, [nosniff]: 'nosniff' }],
  [
    '/openapi/v3',
    {},
    200,
    { 'content-type': text, 'accept-ranges': 'bytes', etag: undefined, 'last-modified': /GMT$/ },
  ],
  ['/openapi/v3/', {}, 404, { 'content-type': undefined, [nosniff]: undefined }],
  ['/openapi/v3/api/v1', {}, 200, { 'content-type': json, 'accept-ranges': 'bytes', etag: /^"[0-9A-F]{128}"$/ }],
  [
    '/openapi/v3/api/v1?hash=x',
    {},
    301,
    { 'content-type': json, etag: /^"[0-9A-F]{128}"$/, location: /^\/openapi\/v3\/api\/v1\?hash=[0-9A-F]{128}$/ },
  ],
  ['/openapi/v2', {}, 200, { vary: ['Accept-Encoding', 'Accept'], 'content-length': /^\d+$/ }],
  ['/openapi/v2', { headers: { accept: 'text/x' } }, 406, { vary: ['Accept-Encoding', 'Accept'] }],
  ['/openapi/v2', { headers: { range: 'bytes=1-9' } }, 206, { 'content-length': '9', 'content-range': /^bytes 1-9\// }],
  ['/openapi/v2', { headers: { 'if-match': '"x"' } }, 412, { 'content-type': json, 'accept-ranges': undefined }],
];

for (const [path, { method = 'GET', user = admin, headers = {} }, status, want] of rows) {
  test(`${method} ${path} by ${user.name} (${JSON.stringify(headers)}): ${status}`, async () => {
    const answer = await scene.ask(method, path, undefined, { user, headers });
    assert.equal(answer.status, status, answer.text.slice(0, 200));
    assert.match(String(answer.headers['audit-id']), /^[0-9a-f-]{36}$/);
    for (const [name, value] of Object.entries(want)) {
      if (value instanceof RegExp) assert.match(String(answer.headers[name]), value, name);
      else assert.deepEqual(answer.headers[name], value, name);
    }
  });
}
