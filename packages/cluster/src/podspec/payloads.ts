import type { ConfigMap, DownwardAPIVolumeFile, KeyToPath, Pod, Secret } from '@tiphys/sdk/api';
import { fieldValue, type PodAddresses, resourceFieldValue } from './field-reference.ts';
import { containerNamed } from './pod-containers.ts';

export interface PayloadFile {
  readonly data: Uint8Array;
  readonly mode: number;
  /** Who owns the file, where it isn't root. */
  readonly uid?: number;
}

/** Files by their path in the volume. */
export type Payload = ReadonlyMap<string, PayloadFile>;

export interface FileChoice {
  readonly items?: readonly KeyToPath[] | undefined;
  readonly defaultMode: number;
  readonly optional: boolean;
}

type Files = Map<string, PayloadFile>;

/** The files of a config map: all its keys, or those that are asked for under the paths that are asked for. */
export function configMapPayload(name: string, found: ConfigMap | undefined, choice: FileChoice): Files {
  if (!found && !choice.optional) throw new Error(`configmap ${JSON.stringify(name)} not found`);
  const data = new Map<string, Uint8Array>();
  for (const [key, text] of Object.entries(found?.data ?? {})) data.set(key, Buffer.from(text));
  for (const [key, base64] of Object.entries(found?.binaryData ?? {})) data.set(key, Buffer.from(base64, 'base64'));
  return chosen(data, choice, 'config');
}

export function secretPayload(name: string, found: Secret | undefined, choice: FileChoice): Files {
  if (!found && !choice.optional) throw new Error(`secret ${JSON.stringify(name)} not found`);
  const data = new Map<string, Uint8Array>();
  for (const [key, base64] of Object.entries(found?.data ?? {})) data.set(key, Buffer.from(base64, 'base64'));
  return chosen(data, choice, 'secret');
}

/** What the pod is told about itself. */
export function downwardPayload(
  items: readonly DownwardAPIVolumeFile[],
  defaultMode: number,
  pod: Pod,
  around: PodAddresses & { readonly allocatable: Readonly<Record<string, string>> },
): Files {
  const files: Files = new Map();
  for (const { path, mode, fieldRef, resourceFieldRef } of items) {
    let text: string | undefined;
    if (fieldRef) text = fieldValue(fieldRef.fieldPath, pod, around);
    else if (resourceFieldRef) {
      const about = containerNamed(pod, resourceFieldRef.containerName ?? '');
      text = about && resourceFieldValue(resourceFieldRef, about, around.allocatable);
    }
    if (text === undefined) throw new Error(`unsupported reference for the file ${path}`);
    files.set(path, { data: Buffer.from(text), mode: mode ?? defaultMode });
  }
  return files;
}

function chosen(data: Map<string, Uint8Array>, choice: FileChoice, what: 'config' | 'secret'): Files {
  const files: Files = new Map();
  const { items, defaultMode, optional } = choice;
  if (!items?.length) {
    for (const [key, bytes] of data) files.set(key, { data: bytes, mode: defaultMode });
    return files;
  }
  for (const { key, path, mode } of items) {
    const bytes = data.get(key);
    if (bytes) files.set(path, { data: bytes, mode: mode ?? defaultMode });
    else if (!optional) throw new Error(`references non-existent ${what} key: ${key}`);
  }
  return files;
}
