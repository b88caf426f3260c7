import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FieldGate, fieldGates, type Pod } from '@tiphys/sdk/api';
import { kindsServedBy } from '../kinds.ts';
import { serverScene } from '../server-scene.ts';

const policies = '/apis/admissionregistration.k8s.io/v1';
const mergePatch = { 'content-type': 'application/merge-patch+json' };
const zone = 'topology.kubernetes.io/zone';

/** What becomes of a pod that is bound to a node in a zone, with a policy that labels every new pod. */
async function bound(...shut: FieldGate[]): Promise<Pod> {
  const gates = new Set(fieldGates.filter((gate) => !shut.includes(gate)));
  const scene = await serverScene({}, kindsServedBy({ gates }));
  try {
    await scene.given({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' } });
    await scene.given({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', labels: { [zone]: 'z' } } });
    const resourceRules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }];
    const expression = 'Object{metadata: Object.metadata{labels: {"policy": "seen"}}}';
    const made = await scene.ask('POST', `${policies}/mutatingadmissionpolicies`, {
      metadata: { name: 'p' },
      spec: {
        reinvocationPolicy: 'Never',
        matchConstraints: { resourceRules },
        mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression } }],
      },
    });
    assert.equal(made.status, 201);
    const spec = { policyName: 'p' };
    await scene.given({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingAdmissionPolicyBinding',
      metadata: { name: 'b' },
      spec,
    });
    const pods = '/api/v1/namespaces/ns/pods';
    const pod = { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    assert.equal((await scene.ask('POST', pods, pod)).status, 201);
    await scene.ask('PATCH', `${pods}/p/status`, { status: { nominatedNodeName: 'n' } }, { headers: mergePatch });
    const binding = { metadata: { name: 'p', labels: { mine: 'y' } }, target: { kind: 'Node', name: 'n' } };
    assert.equal((await scene.ask('POST', `${pods}/p/binding`, binding)).status, 201);
    return (await scene.ask('GET', `${pods}/p`)).body as unknown as Pod;
  } finally {
    scene.stop();
  }
}

test('what admission and binding do stands behind their gates', async () => {
  const all = await bound();
  assert.deepEqual(all.metadata.labels, { policy: 'seen', [zone]: 'z', mine: 'y' });
  assert.equal(all.status.nominatedNodeName, undefined);
  const none = await bound(
    'MutatingAdmissionPolicy',
    'PodTopologyLabelsAdmission',
    'ClearingNominatedNodeNameAfterBinding',
  );
  assert.equal(none.metadata.labels, undefined);
  assert.equal(none.spec.nodeName, 'n');
  assert.equal(none.status.nominatedNodeName, 'n');
});
