import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServerRequest } from '../context.ts';
import { crossOrigin, withHeaders } from './more-headers.ts';

const served = { handle: () => Promise.resolve({ status: 200, headers: { a: 'b' }, body: { type: 'none' } } as const) };
const asked = (method: string, origin?: string) =>
  ({ method, headers: { ...(origin !== undefined && { origin }) } }) as unknown as ServerRequest;

test('every answer has more headers', async () => {
  const { headers } = await withHeaders(served, { 'strict-transport-security': 'max-age=1' }).handle(asked('GET'));
  assert.deepEqual(headers, { a: 'b', 'strict-transport-security': 'max-age=1' });
});

for (const [method, origin, status, allowed] of [
  ['GET', undefined, 200, undefined],
  ['GET', 'https://a.example', 200, 'https://a.example'],
  ['OPTIONS', 'https://a.example', 204, 'https://a.example'],
  ['OPTIONS', 'https://evil.example', 200, undefined],
] as const) {
  test(`${method} from a page of ${origin ?? 'nobody'}: ${status}, for ${allowed ?? 'nobody'}`, async () => {
    const { status: got, headers } = await crossOrigin(served, [/^https:\/\/a\.example$/]).handle(
      asked(method, origin),
    );
    assert.deepEqual([got, headers['access-control-allow-origin']], [status, allowed]);
    assert.equal(headers['access-control-allow-credentials'], allowed && 'true');
  });
}
