import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { parse } from 'yaml';
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

interface Cluster {
  server?: string;
  'certificate-authority'?: string;
  'certificate-authority-data'?: string;
  'insecure-skip-tls-verify'?: boolean;
  'tls-server-name'?: string;
}
interface User {
  'client-certificate'?: string;
  'client-certificate-data'?: string;
  'client-key'?: string;
  'client-key-data'?: string;
  token?: string;
  tokenFile?: string;
  username?: string;
  password?: string;
  exec?: unknown;
  'auth-provider'?: unknown;
}
interface Context {
  cluster?: string;
  user?: string;
  namespace?: string;
}
interface Kubeconfig {
  'current-context'?: string;
  clusters?: { name: string; cluster?: Cluster }[];
  users?: { name: string; user?: User }[];
  contexts?: { name: string; context?: Context }[];
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
  const config = (parse(text, { version: '1.1' }) ?? {}) as Kubeconfig;
  const contextName = wanted ?? config['current-context'];
  if (!contextName) throw new Error('the kubeconfig names no current context');
  const context = named(config.contexts, contextName, 'context').context ?? {};
  const cluster = named(config.clusters, context.cluster ?? '', 'cluster').cluster ?? {};
  const user = context.user ? (named(config.users, context.user, 'user').user ?? {}) : {};
  if (!cluster.server) throw new Error(`cluster ${JSON.stringify(context.cluster)} of the kubeconfig has no server`);
  if (user.exec ?? user['auth-provider']) {
    throw new Error(
      `user ${JSON.stringify(context.user)} of the kubeconfig gets credentials from a program, which isn't supported`,
    );
  }

  const at = (path: string) => (isAbsolute(path) ? path : join(directory, path));
  const pem = async (data: string | undefined, path: string | undefined) =>
    data ? Buffer.from(data, 'base64') : path ? await readFile(at(path)) : undefined;
  const ca = await pem(cluster['certificate-authority-data'], cluster['certificate-authority']);
  const cert = await pem(user['client-certificate-data'], user['client-certificate']);
  const key = await pem(user['client-key-data'], user['client-key']);
  const { token, tokenFile } = user;
  return {
    server: cluster.server,
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(cluster['insecure-skip-tls-verify'] && { insecureSkipTlsVerify: true }),
    ...(cluster['tls-server-name'] && { tlsServerName: cluster['tls-server-name'] }),
    // The file wins, as upstream: the token beside it is what it held when the kubeconfig was written.
    ...(tokenFile ? { token: tokenFromFile(at(tokenFile), clock) } : token && { token: () => token }),
    ...(user.username !== undefined && { username: user.username }),
    ...(user.password !== undefined && { password: user.password }),
    ...(context.namespace && { namespace: context.namespace }),
  };
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

function named<T extends { name: string }>(items: T[] | undefined, name: string, what: string): T {
  const found = items?.find((i) => i.name === name);
  if (!found) throw new Error(`the kubeconfig has no ${what} ${JSON.stringify(name)}`);
  return found;
}
