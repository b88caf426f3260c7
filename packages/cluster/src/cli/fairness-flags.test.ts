import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refuseUnfair } from './fairness-flags.ts';

test('priority and fairness is refused where it could not be', () => {
  const positive =
    'invalid configuration: MaxRequestsInFlight=0 and MaxMutatingRequestsInFlight=0; they must add up to something positive';
  const conflict = (versions: string) =>
    `--runtime-config=${versions}=false conflicts with --enable-priority-and-fairness=true`;
  const table: [reading: number, writing: number, runtimeConfig: string | undefined, want: string][] = [
    [400, 200, undefined, ''],
    [0, 1, undefined, ''],
    [0, 0, undefined, positive],
    [1, 1, 'flowcontrol.apiserver.k8s.io/v1=false', conflict('flowcontrol.apiserver.k8s.io/v1')],
    [1, 1, 'api/beta=false', ''],
    [1, 1, 'apps/v1=false,api/ga=false', conflict('api/ga')],
    [1, 1, 'api/all=false', conflict('api/all')],
    [1, 1, 'api/all=false,flowcontrol.apiserver.k8s.io/v1=true', ''],
    [1, 1, 'api/all=false,api/ga=true', ''],
  ];
  for (const [reading, writing, runtimeConfig, want] of table) {
    const given = {
      maxRequestsInflight: reading,
      maxMutatingRequestsInflight: writing,
      ...(runtimeConfig !== undefined && { runtimeConfig }),
    };
    const told = (enablePriorityAndFairness: boolean) => {
      try {
        refuseUnfair({ ...given, enablePriorityAndFairness });
        return '';
      } catch (err) {
        return (err as Error).message;
      }
    };
    assert.equal(told(true), want, `${reading} ${writing} ${runtimeConfig}`);
    assert.equal(told(false), '');
  }
});
