import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { tokenFile } from './token-file.ts';

test('tokens of a file are for this server, whoever asks about them', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tokens-'));
  try {
    const file = join(directory, 'tokens.csv');
    writeFileSync(file, 'secret,ada,7,"readers,writers"\n');
    const know = tokenFile(file, ['us', 'also-us']);
    assert.deepEqual(know('secret', ['them', 'us']), {
      user: { name: 'ada', uid: '7', groups: ['readers', 'writers', 'system:authenticated'], extra: {} },
      audiences: ['us'],
    });
    assert.equal(know('secret', ['them']), undefined);
    assert.equal(know('other', ['us']), undefined);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
