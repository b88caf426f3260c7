import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aDeployment } from '@tiphys/sdk/testing';
import { setAnnotations } from './annotations.ts';

const revision = 'deployment.kubernetes.io/revision';
const history = 'deployment.kubernetes.io/revision-history';
type Annotations = Record<string, string>;

const cases: { name: string; own?: Annotations; current: Annotations; want: Annotations }[] = [
  { name: 'a new set', own: { team: 'a' }, current: {}, want: { team: 'a', [revision]: '3' } },
  {
    name: 'annotations of other origin stay, and what kubectl and revisions write on the deployment is its own',
    own: { [revision]: '2', 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
    current: { mine: 'b', [revision]: '3' },
    want: { mine: 'b', [revision]: '3' },
  },
  {
    name: 'an old set that is the newest again',
    current: { [revision]: '1' },
    want: { [revision]: '3', [history]: '1' },
  },
  {
    name: 'once more',
    current: { [revision]: '2', [history]: '1' },
    want: { [revision]: '3', [history]: '1,2' },
  },
  { name: 'a later revision stays', current: { [revision]: '7' }, want: { [revision]: '7' } },
  { name: 'an empty revision is none', current: { [revision]: '' }, want: { [revision]: '3', [history]: '' } },
  { name: 'a negative one is one', current: { [revision]: '-1' }, want: { [revision]: '3', [history]: '-1' } },
  {
    name: 'a set with revisions of another scheme',
    own: { team: 'a' },
    current: { [revision]: 'blue' },
    want: { [revision]: 'blue' },
  },
];
for (const { name, own = {}, current, want } of cases) {
  const d = aDeployment({ metadata: { annotations: own } });
  test(`annotations of a set: ${name}`, () => assert.deepEqual(setAnnotations(d, current, 3, true), want));
}
