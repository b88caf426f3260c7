import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Pki } from '../../pki/index.ts';
import { seededRandom, systemClock } from '@tiphys/sdk/runtime';
import { kindsServedBy } from '../kinds.ts';
import { parseRuntimeConfig } from '../runtime-config.ts';
import { aUser, type ServerScene, serverScene } from '../server-scene.ts';

const bundles = '/apis/certificates.k8s.io/v1beta1/clustertrustbundles';
const dir = mkdtempSync(join(tmpdir(), 'tiphys-'));
const { cert } = new Pki(dir, { clock: systemClock, random: seededRandom(1) }, { serverNames: [] }).ca;
const user = aUser('u');
let scene: ServerScene;

before(async () => {
  const config = parseRuntimeConfig('certificates.k8s.io/v1beta1=true');
  scene = await serverScene({}, kindsServedBy({ config, gates: new Set(['ClusterTrustBundle']) }));
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const apiGroups = ['certificates.k8s.io'];
  await scene.given(
    {
      apiVersion,
      kind: 'ClusterRole',
      metadata: { name: 'attester' },
      rules: [
        { apiGroups, resources: ['clustertrustbundles'], verbs: ['*'] },
        { apiGroups, resources: ['signers'], resourceNames: ['a.example/ok', 'b.example/*'], verbs: ['attest'] },
      ],
    },
    {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'attester' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'attester' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'u' }],
    },
  );
});
after(() => {
  scene.stop();
  rmSync(dir, { recursive: true });
});

const make = (name: string, signerName: string | undefined, as = user) =>
  scene.ask(
    'POST',
    `${bundles}?dryRun=All`,
    { metadata: { name }, spec: { ...(signerName && { signerName }), trustBundle: cert } },
    { user: as },
  );

test('who says whom a signer vouches for must be allowed to attest for it', async () => {
  const no = (signer: string) => `user not permitted to attest for signerName "${signer}"`;
  const table: [name: string, signer: string | undefined, refused?: string][] = [
    ['a.example:ok:x', 'a.example/ok'],
    ['b.example:any:x', 'b.example/any'],
    ['plain', undefined],
    ['a.example:no:x', 'a.example/no', no('a.example/no')],
  ];
  for (const [name, signer, refused] of table) {
    const { status, message } = await make(name, signer);
    const why = `clustertrustbundles.certificates.k8s.io "${name}" is forbidden: ${refused}`;
    assert.deepEqual([status, message], refused ? [403, why] : [201, ''], name);
  }
});

test('a change to anything of a bundle needs the same', async () => {
  const name = 'a.example:no:y';
  await scene.ask('POST', bundles, { metadata: { name }, spec: { signerName: 'a.example/no', trustBundle: cert } });
  const label = () =>
    scene.ask(
      'PATCH',
      `${bundles}/${name}`,
      { metadata: { labels: { a: 'b' } } },
      { user, headers: { 'content-type': 'application/merge-patch+json' } },
    );
  assert.equal((await label()).status, 403);
  assert.equal((await scene.ask('DELETE', `${bundles}/${name}`, undefined, { user })).status, 200);
});
