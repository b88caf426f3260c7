import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { parse } from 'yaml';
import { isObject, type JsonObject, own } from '../machinery/index.ts';
import type { Clock } from '../runtime/index.ts';
import { tokenFromFile } from './token-file.ts';

/** Where a server is and how to prove who we are. */
export interface Credentials {
  readonly server: string;
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly insecureSkipTlsVerify?: boolean;
  readonly tlsServerName?: string;
  /** Asked before every request, so that a rotated token is used at once. */
  readonly token?: () => string | Promise<string>;
  readonly username?: string;
  readonly password?: string;
  /** The context's namespace. */
  readonly namespace?: string;
}

/** Reads a kubeconfig file; its current context unless another is named. Files it names are found beside it. */
export async function loadKubeconfig(path: string, clock: Clock, context?: string): Promise<Credentials> {
  return parseKubeconfig(await readFile(path, 'utf8'), {
    directory: dirname(path),
    clock,
    ...(context && { context }),
  });
}

export async function parseKubeconfig(
  text: string,
  { directory, clock, context: wanted }: { directory: string; clock: Clock; context?: string },
): Promise<Credentials> {
  const config = readMap(parseText(text), 'the kubeconfig');
  const contextName = wanted ?? textOf(config, 'current-context');
  if (!contextName) throw new Error('the kubeconfig names no current context');
  const context = named(config, 'context', contextName);
  const clusterName = textOf(context, 'cluster') ?? '';
  const cluster = named(config, 'cluster', clusterName);
  const userName = textOf(context, 'user');
  const user = userName ? named(config, 'user', userName) : {};
  const server = textOf(cluster, 'server');
  if (!server) throw new Error(`cluster ${JSON.stringify(clusterName)} of the kubeconfig has no server`);
  if (user['exec'] ?? user['auth-provider']) {
    throw new Error(
      `user ${JSON.stringify(userName)} of the kubeconfig gets credentials from a program, which isn't supported`,
    );
  }

  const at = (path: string) => (isAbsolute(path) ? path : join(directory, path));
  const pem = async (from: JsonObject, name: string) => {
    const [data, path] = [textOf(from, `${name}-data`), textOf(from, name)];
    return data ? Buffer.from(data, 'base64') : path ? await readFile(at(path)) : undefined;
  };
  const ca = await pem(cluster, 'certificate-authority');
  const cert = await pem(user, 'client-certificate');
  const key = await pem(user, 'client-key');
  const [token, tokenFile] = [textOf(user, 'token'), textOf(user, 'tokenFile')];
  const [username, password] = [textOf(user, 'username'), textOf(user, 'password')];
  const [tlsServerName, namespace] = [textOf(cluster, 'tls-server-name'), textOf(context, 'namespace')];
  return {
    server,
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(cluster['insecure-skip-tls-verify'] === true && { insecureSkipTlsVerify: true }),
    ...(tlsServerName && { tlsServerName }),
    // The file wins, as upstream: the token beside it is what it held when the kubeconfig was written.
    ...(tokenFile ? { token: tokenFromFile(at(tokenFile), clock) } : token && { token: () => token }),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(namespace && { namespace }),
  };
}

function parseText(text: string): unknown {
  try {
    return parse(text, { version: '1.1', logLevel: 'error' }) as unknown;
  } catch (err) {
    throw new Error(`the kubeconfig can't be read: ${(err as Error).message}`, { cause: err });
  }
}

/** A map, empty where there is nothing. */
function readMap(value: unknown, what: string): JsonObject {
  if (value !== null && value !== undefined && !isObject(value)) throw new Error(`${what} must be a map`);
  return value ?? {};
}

function textOf(map: JsonObject, name: string): string | undefined {
  const value = own(map, name) ?? undefined;
  if (value !== undefined && typeof value !== 'string') throw new Error(`${name} in the kubeconfig must be a text`);
  return value;
}

/** One of the config's contexts, clusters or users. */
function named(config: JsonObject, what: 'context' | 'cluster' | 'user', name: string): JsonObject {
  const all = own(config, `${what}s`) ?? [];
  if (!Array.isArray(all)) throw new Error(`${what}s in the kubeconfig must be a list`);
  const found = all.find((one) => isObject(one) && one['name'] === name) as JsonObject | undefined;
  if (!found) throw new Error(`the kubeconfig has no ${what} ${JSON.stringify(name)}`);
  return readMap(own(found, what), `the kubeconfig's ${what} ${JSON.stringify(name)}`);
}

const serviceAccountDirectory = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The credentials that every pod is given. Undefined when this isn't a pod. */
export async function inClusterCredentials(
  env: { readonly KUBERNETES_SERVICE_HOST?: string; readonly KUBERNETES_SERVICE_PORT?: string },
  clock: Clock,
  directory: string = serviceAccountDirectory,
): Promise<Credentials | undefined> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env;
  if (!host || !port) return undefined;
  const namespace = await readFile(join(directory, 'namespace'), 'utf8').catch(() => ''); // older clusters mount none
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    ca: await readFile(join(directory, 'ca.crt')),
    token: tokenFromFile(join(directory, 'token'), clock),
    ...(namespace.trim() && { namespace: namespace.trim() }),
  };
}
