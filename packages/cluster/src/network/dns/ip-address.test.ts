import assert from 'node:assert/strict';
import { isIPv6 } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { addressBytes, addressText, canonicalAddress, dashed, undashed } from './ip-address.ts';

test('one spelling for each address', () => {
  const cases: [string, string][] = [
    ['10.0.0.1', '10.0.0.1'],
    ['::', '::'],
    ['::1', '::1'],
    ['FD00:0:0::00a', 'fd00::a'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['::ffff:1.2.3.4', '::ffff:102:304'],
    ['fe80::1%eth0', 'fe80::1'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
    ['1::', '1::'],
  ];
  for (const [given, want] of cases) assert.equal(canonicalAddress(given), want);
  assert.throws(() => addressBytes('10.0.0'));
});

test('property: bytes to text to bytes, and through a name', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ minLength: 4, maxLength: 4 }),
    fc.uint8Array({ minLength: 16, maxLength: 16 }),
  );
  fc.assert(
    fc.property(bytes, (b) => {
      const text = addressText(b);
      assert.deepEqual([...addressBytes(text)], [...b]);
      assert.equal(b.length === 16, isIPv6(text));
      assert.equal(undashed(dashed(text)), text);
    }),
  );
});
