import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Random, seededRandom } from '@tiphys/sdk/runtime';
import { HeaderDecoder, HeaderEncoder, type HeaderValue } from './index.ts';

const names = (
  'content-type content-length cache-control date audit-id etag set-cookie warning vary accept-encoding a ' +
  'x-kubernetes-pf-flowschema-uid x-kubernetes-pf-prioritylevel-uid '
).split(' ');
const values = [
  'application/json',
  'application/vnd.kubernetes.protobuf',
  'gzip, deflate',
  'no-cache, private',
  '',
  'é',
];

function anyText(random: Random): string {
  const kind = random.int(40);
  if (kind < 25) return values[random.int(values.length)]!;
  if (kind < 30) return String(random.int(100));
  // Now and then longer than the table, and than the buffer.
  const length = random.int(kind < 38 ? 100 : 20_000);
  return Buffer.from(random.bytes(length)).toString(random.int(2) ? 'base64' : 'utf8');
}

function anyHeaders(random: Random): Record<string, HeaderValue> {
  const headers: Record<string, HeaderValue> = {};
  for (let left = random.int(12); left > 0; left--) {
    const name = random.int(8) ? names[random.int(names.length)]! : `x-${random.suffix(random.int(40) + 1)}`;
    const kind = random.int(10);
    if (kind === 0) headers[name] = random.int(2 ** 31);
    else if (kind === 1) headers[name] = Array.from({ length: random.int(4) }, () => anyText(random));
    else headers[name] = anyText(random);
  }
  return headers;
}

const asSent = (status: number, headers: Readonly<Record<string, HeaderValue>>): string[] => [
  `:status: ${status}`,
  ...Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().map((each) => `${name}: ${Buffer.from(String(each)).toString('latin1')}`),
  ),
];

const seed = Number(process.env['SEED'] ?? 7);

test('what is written is read, block after block, through changes of the table', () => {
  for (let run = 0; run < 20; run++) {
    const random = seededRandom(`${seed}/${run}`);
    const encoder = new HeaderEncoder();
    const decoder = new HeaderDecoder();
    for (let i = 0; i < 200; i++) {
      if (random.int(15) === 0)
        for (let n = random.int(4); n > 0; n--) encoder.resize(random.int(random.int(2) ? 300 : 6000));
      const status = 200 + random.int(400);
      const headers = anyHeaders(random);
      const got: string[] = [];
      decoder.decode(encoder.encode(status, headers), (name, value) => void got.push(`${name}: ${value}`));
      assert.deepEqual(got, asSent(status, headers), `SEED=${seed}, run ${run}, block ${i}`);
    }
  }
});

test('the headers of an API server take a byte each from the second answer on, but for those that differ', () => {
  const random = seededRandom(seed);
  const encoder = new HeaderEncoder();
  const perSecond = 10;
  const seconds = 200;
  let longer = 0;
  for (let i = 0; i < perSecond * seconds; i++) {
    const auditId = random.uuid();
    const block = encoder.encode(200, {
      'audit-id': auditId,
      'cache-control': 'no-cache, private',
      'content-type': 'application/json',
      'x-kubernetes-pf-flowschema-uid': 'c1e2d5a0-4e2b-4b9a-8f60-4b8a3d1f5c11',
      'x-kubernetes-pf-prioritylevel-uid': 'd2f3e6b1-5f3c-4cab-9f71-5c9b4e2a6d22',
      date: new Date(1e12 + Math.floor(i / perSecond) * 1000).toUTCString(),
      'content-length': 1000 + i,
    });
    // Status, what is indexed, and the two that never are: an index or two, a length, a text.
    const length = 1 + 5 + (2 + 'audit-id'.length + 1 + auditId.length) + (3 + 4);
    if (block.length > length) longer++;
    else assert.equal(block.length, length);
  }
  // The dates fill the table now and then, so that the others have to be sent again.
  assert.ok(longer <= seconds + 5, `${longer} were longer`);
});
