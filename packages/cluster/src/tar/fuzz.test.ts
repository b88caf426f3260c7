import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzz, fuzzOptions, refusedBy } from '@tiphys/sdk/testing';
import { readTar } from './read-tar.ts';
import { tarOf } from './write-tar.ts';

const block = 512;
const words = [
  'ustar\x0000',
  '0',
  '5',
  '2',
  'x',
  'L',
  '0000644\0',
  '00000000010\0',
  '12 path=ab\n',
  '14 size=-9999\n',
  '\x80',
];

/** With the check sums that its blocks would need as headers: nothing would get past the first one otherwise. */
function signed(archive: Buffer): Buffer {
  for (let at = 0; at + block <= archive.length; at += block) {
    const header = archive.subarray(at, at + block);
    if (header.subarray(257, 262).toString() !== 'ustar') continue;
    header.fill(' ', 148, 156);
    header.write(
      `${header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    );
  }
  return archive;
}

test('an archive is read, or refused, and says the same when it is written again', () => {
  const check = (input: Buffer) => {
    refusedBy([Error], () => {
      const entries = [...readTar(signed(Buffer.from(input)))];
      const again = [...readTar(tarOf(entries))];
      assert.equal(again.length, entries.length);
      entries.forEach(({ path, type }, i) =>
        assert.deepEqual({ path, type }, { path: again[i]!.path, type: again[i]!.type }),
      );
    });
  };
  const corpus = new URL('../../src/tar/corpus/archives.txt', import.meta.url);
  return fuzz({ corpus, words, check }, fuzzOptions(process.env));
});
