import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fullImageName } from './full-image-name.ts';

test('names of images in full', () => {
  const digest = `sha256:${'0'.repeat(64)}`;
  const table: [string, string][] = [
    ['busybox', 'docker.io/library/busybox:latest'],
    ['busybox:1.36', 'docker.io/library/busybox:1.36'],
    ['me/app', 'docker.io/me/app:latest'],
    ['docker.io/app:1', 'docker.io/library/app:1'],
    ['index.docker.io/me/app:1', 'docker.io/me/app:1'],
    ['localhost/app:1', 'localhost/app:1'],
    ['localhost:5000/app', 'localhost:5000/app:latest'],
    ['ghcr.io/a/b/c:1', 'ghcr.io/a/b/c:1'],
    [`app@${digest}`, `docker.io/library/app@${digest}`],
  ];
  for (const [image, full] of table) assert.equal(fullImageName(image), full);
});
