import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTar } from './read-tar.ts';
import { tarOf } from './write-tar.ts';

/** With an extended header that says of the next entry what the plain one would say otherwise. */
function withRecord(key: string, value: string): Buffer {
  const archive = tarOf([{ type: 'file', path: 'ä'.repeat(20), mode: 0o644, data: Buffer.from('x') }]);
  const text = `${key}=${value}\n`;
  archive.fill(0, 512, 1024);
  archive.write(`${text.length + 3} ${text}`, 512);
  return archive;
}

test('an extended size is one', () => {
  assert.equal([...readTar(withRecord('size', '1'))].length, 1);
});

test('a size that would lead back, or nowhere, is refused', () => {
  for (const size of ['-1025', '-1', 'x', '1.5', '99999999999999999999']) {
    assert.throws(() => [...readTar(withRecord('size', size))], { message: 'invalid tar header' }, size);
  }
});
