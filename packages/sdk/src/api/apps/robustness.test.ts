import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { deepCopy, isObject, type JsonObject, type KubeObject } from '../../machinery/index.ts';
import { type AnyKind, decode, DecodeError, erase } from '../../schema/index.ts';
import { cronJob } from '../batch/cronjob.ts';
import { job } from '../batch/job.ts';
import { pod } from '../core/pod/pod.ts';
import { limitRange } from '../core/limitrange.ts';
import { podTemplate } from '../core/podtemplate.ts';
import { replicationController } from '../core/replicationcontroller.ts';
import { resourceQuota } from '../core/resourcequota.ts';
import { podDisruptionBudget } from '../policy/poddisruptionbudget.ts';
import { controllerRevision } from './controllerrevision.ts';
import { daemonSet } from './daemonset.ts';
import { deployment } from './deployment.ts';
import { replicaSet } from './replicaset.ts';
import { statefulSet } from './statefulset.ts';

// An object with every field filled, for each kind.
const filled = new URL('../../../../../../shared/golden/roundtrip/', import.meta.url);
const kinds: [string, AnyKind][] = [
  ['core.v1.Pod', erase(pod)],
  ['apps.v1.Deployment', erase(deployment)],
  ['apps.v1.ReplicaSet', erase(replicaSet)],
  ['apps.v1.ControllerRevision', erase(controllerRevision)],
  ['apps.v1.StatefulSet', erase(statefulSet)],
  ['apps.v1.DaemonSet', erase(daemonSet)],
  ['batch.v1.Job', erase(job)],
  ['batch.v1.CronJob', erase(cronJob)],
  ['core.v1.LimitRange', erase(limitRange)],
  ['core.v1.PodTemplate', erase(podTemplate)],
  ['core.v1.ReplicationController', erase(replicationController)],
  ['core.v1.ResourceQuota', erase(resourceQuota)],
  ['policy.v1.PodDisruptionBudget', erase(podDisruptionBudget)],
];
const odd: readonly unknown[] = [null, {}];
// What is looked at elsewhere: containers of the other sorts, and templates, which are the pod's spec again.
const elsewhere =
  /^spec\.(initContainers|ephemeralContainers|(jobTemplate\.spec\.)?template\.spec|volumeClaimTemplates)\./;

for (const [file, kind] of kinds) {
  const source = new URL(`${file}.json`, filled);
  test(
    `${kind.kind}: whatever is missing or empty, rules answer and don't break`,
    { skip: existsSync(source) ? false : 'no objects here' },
    () => {
      const whole = JSON.parse(readFileSync(source, 'utf8')) as JsonObject;
      let looked = 0;
      for (const path of pathsOf(whole)) {
        if (elsewhere.test(path.join('.'))) continue;
        for (const value of odd) {
          const object = withValue(whole, path, value);
          const decoded = decodedOrNot(kind, object);
          if (!decoded) continue;
          try {
            judge(kind, decoded);
          } catch (err) {
            throw new Error(`${path.join('.')} set to ${JSON.stringify(value)}`, { cause: err });
          }
          looked++;
        }
      }
      assert.ok(looked > 20);
    },
  );
}

function judge(kind: AnyKind, object: KubeObject): void {
  const context = { now: 0, warn: () => {} };
  kind.default?.(object);
  kind.prepareForCreate?.(object, context);
  const old = deepCopy(object);
  const said = [...(kind.validate?.(object) ?? []), ...(kind.warnings?.(object) ?? [])];
  const next = deepCopy(old);
  kind.prepareForUpdate?.(next, old, context);
  said.push(...(kind.validate?.(next, old) ?? []), ...(kind.warnings?.(next, old) ?? []));
  for (const part of [kind.status, ...Object.values(kind.parts ?? {})]) {
    if (typeof part !== 'object') continue;
    const written = deepCopy(old);
    part.prepareForUpdate?.(written, old, context);
    said.push(...(part.validate?.(written, old, context) ?? []), ...(part.warnings?.(written, old) ?? []));
  }
  for (const column of kind.columns ?? []) column.value(object, { now: 0 });
  assert.ok(said.every(Boolean));
}

function decodedOrNot(kind: AnyKind, object: unknown): KubeObject | undefined {
  try {
    return decode(kind.schema.shape, object) as KubeObject;
  } catch (err) {
    if (err instanceof DecodeError) return undefined;
    throw err;
  }
}

function pathsOf(value: unknown, at: string[] = []): string[][] {
  const members = isObject(value) || Array.isArray(value) ? Object.entries(value) : [];
  return members.flatMap(([key, v]) => [[...at, key], ...pathsOf(v, [...at, key])]);
}

function withValue(whole: JsonObject, path: readonly string[], value: unknown): JsonObject {
  const copy = deepCopy(whole);
  const holder = path.slice(0, -1).reduce<JsonObject>((o, key) => o[key] as JsonObject, copy);
  holder[path.at(-1)!] = value;
  return copy;
}
