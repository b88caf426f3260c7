import type { ConfigMap, Container, EnvVar, Pod, Secret, Service } from '@tiphys/sdk/api';
import { own } from '@tiphys/sdk/machinery';
import { expand } from './expansion.ts';
import { fieldValue, type PodAddresses, resourceFieldValue } from './field-reference.ts';
import { serviceEnvironment, type Variables } from './service-environment.ts';
import { StartError } from './start-error.ts';

/** Where values come from that aren't in the pod. */
export interface EnvironmentSources extends PodAddresses {
  configMap(name: string): Promise<ConfigMap | undefined>;
  secret(name: string): Promise<Secret | undefined>;
  readonly services: readonly Service[];
  readonly allocatable: Readonly<Record<string, string>>;
}

/** The variables of a container: from whole maps first, then one by one, then the services'. A later one of a name wins. */
export async function environment(pod: Pod, container: Container, sources: EnvironmentSources): Promise<Variables> {
  const out: Variables = new Map();
  const services = serviceEnvironment(
    sources.services,
    pod.metadata.namespace ?? '',
    pod.spec.enableServiceLinks !== false,
  );
  await addFromMaps(out, pod, container, sources);
  for (const variable of container.env ?? []) {
    const value = variable.valueFrom
      ? await referredValue(variable, pod, container, sources)
      : expand(variable.value ?? '', (name) => out.get(name) ?? services.get(name));
    if (value !== undefined) out.set(variable.name, value);
  }
  for (const [name, value] of services) if (!out.has(name)) out.set(name, value);
  return out;
}

async function addFromMaps(out: Variables, pod: Pod, { envFrom = [] }: Container, sources: EnvironmentSources) {
  for (const { prefix = '', configMapRef, secretRef } of envFrom) {
    const ref = configMapRef ?? secretRef;
    if (!ref) continue;
    const name = ref.name ?? '';
    const found = configMapRef ? await sources.configMap(name) : await sources.secret(name);
    if (!found && !ref.optional) throw missing(configMapRef ? 'configmap' : 'secret', name);
    for (const [key, value] of Object.entries(found?.data ?? {})) {
      out.set(`${prefix}${key}`, configMapRef ? value : text(value));
    }
  }
}

async function referredValue(
  { valueFrom }: EnvVar,
  pod: Pod,
  container: Container,
  sources: EnvironmentSources,
): Promise<string | undefined> {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = valueFrom!;
  if (fieldRef) {
    const value = fieldValue(fieldRef.fieldPath, pod, sources);
    if (value === undefined) throw configError(`unsupported fieldPath: ${fieldRef.fieldPath}`);
    return value;
  }
  if (resourceFieldRef) {
    const { containers, initContainers = [] } = pod.spec;
    const name = resourceFieldRef.containerName || container.name;
    const about = [...containers, ...initContainers].find((c) => c.name === name);
    if (!about) throw configError(`container ${name} not found`);
    return resourceFieldValue(resourceFieldRef, about, sources.allocatable);
  }
  const { namespace } = pod.metadata;
  if (configMapKeyRef) {
    const { name = '', key, optional } = configMapKeyRef;
    const found = await sources.configMap(name);
    if (!found && !optional) throw missing('configmap', name);
    const value = own(found?.data, key);
    if (value === undefined && !optional)
      throw configError(`couldn't find key ${key} in ConfigMap ${namespace}/${name}`);
    return value;
  }
  if (secretKeyRef) {
    const { name = '', key, optional } = secretKeyRef;
    const found = await sources.secret(name);
    if (!found && !optional) throw missing('secret', name);
    const value = own(found?.data, key);
    if (value === undefined && !optional) throw configError(`couldn't find key ${key} in Secret ${namespace}/${name}`);
    return value === undefined ? undefined : text(value);
  }
  return undefined;
}

const text = (base64: string) => Buffer.from(base64, 'base64').toString('utf8');

const missing = (kind: 'configmap' | 'secret', name: string) =>
  configError(`${kind} ${JSON.stringify(name)} not found`);

const configError = (message: string) => new StartError('CreateContainerConfigError', message);
