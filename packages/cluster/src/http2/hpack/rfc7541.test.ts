import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BlockWriter } from './block-writer.ts';
import { CompressionError, HeaderDecoder } from './index.ts';

/** RFC 7541, Appendix C. */
type Example = readonly [hex: string, fields: readonly string[], table: readonly string[], size: number];

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(/\s/g, ''), 'hex');

function fieldsOf(decoder: HeaderDecoder, block: Buffer): string[] {
  const fields: string[] = [];
  decoder.decode(block, (name, value) => void fields.push(`${name}: ${value}`));
  return fields;
}

/** What the dynamic table has, as it answers to each of its indexes. */
function tableOf(decoder: HeaderDecoder): string[] {
  const entries: string[] = [];
  for (;;) {
    try {
      entries.push(...fieldsOf(decoder, Buffer.of(0x80 | (62 + entries.length))));
    } catch (err) {
      assert.ok(err instanceof CompressionError);
      return entries;
    }
  }
}

const sizeOf = (entries: readonly string[]): number =>
  entries.reduce((sum, entry) => sum + entry.length - ': '.length + 32, 0);

function follow(decoder: HeaderDecoder, examples: readonly Example[]): void {
  for (const [hex, fields, table, size] of examples) {
    assert.deepEqual(fieldsOf(decoder, bytes(hex)), fields);
    assert.deepEqual(tableOf(decoder), table);
    assert.equal(sizeOf(table), size);
  }
}

test('C.1: integers', () => {
  const rows: readonly [value: number, mask: number, hex: string][] = [
    [10, 0x1f, '0a'],
    [1337, 0x1f, '1f9a0a'],
    [42, 0xff, '2a'],
  ];
  for (const [value, mask, hex] of rows) {
    const writer = new BlockWriter();
    writer.begin();
    writer.integer(value, mask, 0);
    assert.equal(writer.end().toString('hex'), hex);
  }
  // As sizes of the table, which are integers of 5 bits: 3 bits before them say that they are.
  for (const [hex, size] of [
    ['2a', 10],
    ['3f9a0a', 1337],
  ] as const) {
    new HeaderDecoder(size).decode(bytes(hex), assert.fail);
    assert.throws(() => new HeaderDecoder(size - 1).decode(bytes(hex), assert.fail), CompressionError);
  }
});

test('C.2: header fields', () => {
  const rows: readonly Example[] = [
    [
      '400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572',
      ['custom-key: custom-header'],
      ['custom-key: custom-header'],
      55,
    ],
    ['040c 2f73 616d 706c 652f 7061 7468', [':path: /sample/path'], [], 0],
    ['1008 7061 7373 776f 7264 0673 6563 7265 74', ['password: secret'], [], 0],
    ['82', [':method: GET'], [], 0],
  ];
  for (const row of rows) follow(new HeaderDecoder(), [row]);
});

const get = (scheme: string, path: string): string[] => [
  ':method: GET',
  `:scheme: ${scheme}`,
  `:path: ${path}`,
  ':authority: www.example.com',
];
const requests = [get('http', '/'), [...get('http', '/'), 'cache-control: no-cache']];
const custom = 'custom-key: custom-value';
requests.push([...get('https', '/index.html'), custom]);
const authority = ':authority: www.example.com';
const requestTables = [[authority], ['cache-control: no-cache', authority]];
requestTables.push([custom, ...requestTables[1]!]);
const requestSizes = [57, 110, 164];
const requestsOf = (blocks: readonly string[]): Example[] =>
  blocks.map((hex, i) => [hex, requests[i]!, requestTables[i]!, requestSizes[i]!]);

test('C.3: requests without Huffman coding', () => {
  follow(
    new HeaderDecoder(),
    requestsOf([
      '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
      '8286 84be 5808 6e6f 2d63 6163 6865',
      '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65',
    ]),
  );
});

test('C.4: requests with Huffman coding', () => {
  follow(
    new HeaderDecoder(),
    requestsOf([
      '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff',
      '8286 84be 5886 a8eb 1064 9cbf',
      '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf',
    ]),
  );
});

const site = 'location: https://www.example.com';
const date = (second: number): string => `date: Mon, 21 Oct 2013 20:13:${second} GMT`;
const cookie = 'set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1';
const unchanged = ['cache-control: private', date(21), site];
const responses = [
  [':status: 302', ...unchanged],
  [':status: 307', ...unchanged],
  [':status: 200', 'cache-control: private', date(22), site, 'content-encoding: gzip', cookie],
];
const responseTables = [
  [site, date(21), 'cache-control: private', ':status: 302'],
  [':status: 307', site, date(21), 'cache-control: private'],
  [cookie, 'content-encoding: gzip', date(22)],
];
const responseSizes = [222, 222, 215];
const responsesOf = (blocks: readonly string[]): Example[] =>
  blocks.map((hex, i) => [hex, responses[i]!, responseTables[i]!, responseSizes[i]!]);

/** One whose table has 256 bytes, as those of the responses. */
function small(): HeaderDecoder {
  const decoder = new HeaderDecoder(256);
  decoder.decode(bytes('3fe101'), assert.fail);
  return decoder;
}

test('C.5: responses without Huffman coding', () => {
  follow(
    small(),
    responsesOf([
      `4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120 474d 546e
       1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d`,
      '4803 3330 37c1 c0bf',
      `88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 7738 666f 6f3d
       4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572
       7369 6f6e 3d31`,
    ]),
  );
});

test('C.6: responses with Huffman coding', () => {
  follow(
    small(),
    responsesOf([
      `4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b
       97c8 e9ae 82ae 43d3`,
      '4883 640e ffc1 c0bf',
      `88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335 dfdf
       cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07`,
    ]),
  );
});
