import { type JsonObject, isObject } from '../../../machinery/index.ts';
import { internalValue } from '../../../schema/index.ts';
import { podSpec, type PodSpec } from './pod-spec.ts';
import type { PodTemplateSpec } from './pod-template.ts';

/** Fields of a pod spec that upstream holds inside its security context. */
const inSecurityContext = ['HostNetwork', 'HostPID', 'HostIPC', 'ShareProcessNamespace', 'HostUsers'];
/** Fields that stand elsewhere than published, each behind the one that it follows. */
const moved: readonly (readonly [string, string])[] = [
  ['SetHostnameAsFQDN', 'Subdomain'],
  ['PreemptionPolicy', 'Priority'],
  ['Overhead', 'RuntimeClassName'],
];

/** A pod spec as upstream's field errors show it: as its internal type, which is laid out differently. */
export function shownPodSpec(spec: PodSpec): JsonObject {
  const { ServiceAccount: _, ...published } = internalValue(podSpec, spec) as JsonObject;
  const secured: JsonObject = {};
  const out = new Map(Object.entries(published));
  for (const name of inSecurityContext) {
    secured[name] = out.get(name);
    out.delete(name);
  }
  const context = out.get('SecurityContext');
  if (isObject(context))
    out.set('SecurityContext', { ...secured, ...behind(context, 'FSGroupChangePolicy', 'FSGroup') });
  let shown = Object.fromEntries(out) as JsonObject;
  for (const [name, anchor] of moved) shown = behind(shown, name, anchor);
  return shown;
}

/** A template's metadata has no name of its own there. */
export const shownPodTemplate = ({ metadata, spec }: PodTemplateSpec): JsonObject => ({
  ...metadata,
  Spec: shownPodSpec(spec),
});

function behind(object: JsonObject, name: string, anchor: string): JsonObject {
  const { [name]: value, ...rest } = object;
  const entries = Object.entries(rest).flatMap(([k, v]) =>
    k === anchor
      ? [
          [k, v],
          [name, value],
        ]
      : [[k, v]],
  );
  return Object.fromEntries(entries) as JsonObject;
}
