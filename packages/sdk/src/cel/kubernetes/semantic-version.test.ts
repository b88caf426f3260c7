import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareVersions, parseLooseVersion, parseVersion } from './semantic-version.ts';

test('versions are read strictly, or as people write them', () => {
  assert.deepEqual(parseVersion('1.20.3-rc.1+build'), { major: 1n, minor: 20n, patch: 3n, prerelease: ['rc', 1n] });
  assert.deepEqual(parseLooseVersion('v01.2'), { major: 1n, minor: 2n, patch: 0n, prerelease: [] });
  for (const bad of ['', '1', '1.2', 'v1.2.3', '01.2.3', '1.2.3-', '1.2.3-01', '1.2.3+', '1.2.3-a_b', '1.2.x']) {
    assert.throws(() => parseVersion(bad), bad);
  }
  assert.throws(() => parseLooseVersion('1.2-rc'), /short version cannot contain PreRelease/);
});

test('versions are in order: fewer than none are prereleases, and numbers come before words', () => {
  const ordered = [
    '1.0.0-1',
    '1.0.0-2',
    '1.0.0-10',
    '1.0.0-a',
    '1.0.0-a.1',
    '1.0.0-b',
    '1.0.0',
    '1.0.1',
    '1.1.0',
    '2.0.0',
  ];
  for (let i = 1; i < ordered.length; i++) {
    const [a, b] = [parseVersion(ordered[i - 1]!), parseVersion(ordered[i]!)];
    assert.equal(compareVersions(a, b), -1, `${ordered[i - 1]} < ${ordered[i]}`);
    assert.equal(compareVersions(b, a), 1);
  }
  assert.equal(compareVersions(parseVersion('1.0.0+a'), parseVersion('1.0.0+b')), 0);
});
