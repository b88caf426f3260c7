import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deployment, pod } from '@tiphys/sdk/api';
import { StatusError } from '@tiphys/sdk/machinery';
import { erase } from '@tiphys/sdk/schema';
import { aDeployment, aPod } from '@tiphys/sdk/testing';
import type { AdmissionAttributes } from './plugin.ts';
import { unprivileged } from './unprivileged.ts';

const containers = (privileged: boolean) => [{ name: 'c', image: 'i', securityContext: { privileged } }];
const write = (more: Partial<AdmissionAttributes>): AdmissionAttributes => ({
  operation: 'CREATE',
  kind: erase(pod),
  group: '',
  version: 'v1',
  resource: 'pods',
  subresource: '',
  namespace: 'default',
  name: 'p',
  user: { name: 'ada', groups: [], extra: {} },
  options: {},
  dryRun: false,
  warn: () => {},
  ...more,
});
const refusalOf = (attributes: Partial<AdmissionAttributes>): string | undefined => {
  try {
    void unprivileged.validate!(write(attributes));
    return undefined;
  } catch (err) {
    return err instanceof StatusError ? `${err.code} ${err.message}` : String(err);
  }
};

test('privileged containers are refused as upstream refuses them, in pods and in what makes pods', () => {
  assert.equal(refusalOf({ object: aPod({ spec: { containers: containers(false) } }) }), undefined);
  const says = 'securityContext.privileged: Forbidden: disallowed by cluster policy';
  assert.equal(
    refusalOf({ object: aPod({ metadata: { name: 'p' }, spec: { containers: containers(true) } }) }),
    `422 Pod "p" is invalid: spec.containers[0].${says}`,
  );
  const template = { spec: { containers: containers(true) } };
  assert.equal(
    refusalOf({
      kind: erase(deployment),
      group: 'apps',
      resource: 'deployments',
      operation: 'UPDATE',
      object: aDeployment({ metadata: { name: 'd' }, spec: { template } }),
    }),
    `422 Deployment.apps "d" is invalid: spec.template.spec.containers[0].${says}`,
  );
});
