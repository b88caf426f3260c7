import { readFile } from 'node:fs/promises';
import { s } from '@tiphys/sdk/schema';
import { decodedConfig, headerOf, parsedObject, unregistered } from '../../config-file/index.ts';

const text = s.str();
const user = s.struct('v1.AuthInfo', {
  'client-certificate': s.zero(1, text),
  'client-certificate-data': s.zero(2, s.bytes()),
  'client-key': s.zero(3, text),
  'client-key-data': s.zero(4, s.bytes()),
  token: s.zero(5, text),
  tokenFile: s.zero(6, text),
  as: s.zero(7, text),
  'as-uid': s.zero(8, text),
  'as-groups': s.zero(9, s.list(text)),
  'as-user-extra': s.zero(10, s.map(s.list(text))),
  username: s.zero(11, text),
  password: s.zero(12, text),
  'auth-provider': s.opt(13, s.any()),
  exec: s.opt(14, s.any()),
});
export type KubeconfigUser = s.Out<typeof user>;

const context = s.struct('v1.Context', { cluster: s.zero(1, text), user: s.zero(2, text) });
const cluster = s.struct('v1.Cluster', { server: s.zero(1, text) });
const config = s.struct('v1.Config', {
  clusters: s.zero(1, s.list(s.struct('v1.NamedCluster', { name: s.zero(1, text), cluster: s.opt(2, cluster) }))),
  users: s.zero(2, s.list(s.struct('v1.NamedAuthInfo', { name: s.zero(1, text), user: s.opt(2, user) }))),
  contexts: s.zero(3, s.list(s.struct('v1.NamedContext', { name: s.zero(1, text), context: s.opt(2, context) }))),
  'current-context': s.zero(4, text),
});

export interface Users<U = KubeconfigUser> {
  readonly byName: ReadonlyMap<string, U>;
  /** That of the current context. */
  readonly usual?: U | undefined;
}

/** The users that a kubeconfig file has. Throws in upstream's words. */
export async function readUsers(file: string): Promise<Users> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new Error(`stat ${file}: no such file or directory`, { cause });
    const why = code === 'EISDIR' ? `read ${file}: is a directory` : message;
    throw new Error(`error loading config file "${file}": ${why}`, { cause });
  }
  try {
    return usersIn(bytes);
  } catch (cause) {
    throw new Error(`error loading config file "${file}": ${(cause as Error).message}`, { cause });
  }
}

function usersIn(bytes: Uint8Array): Users {
  const { value } = parsedObject(bytes);
  const header = headerOf(value);
  const { apiVersion = 'v1', kind = 'Config' } = Object.fromEntries(Object.entries(header).filter(([, said]) => said));
  if (kind !== 'Config' || apiVersion !== 'v1') throw new Error(unregistered({ apiVersion, kind }));
  const said = decodedConfig({ schema: config }, value);
  namedOnce(said.clusters, 'Cluster', 'Cluster');
  namedOnce(said.contexts, 'Context', 'Context');
  namedOnce(said.users, 'AuthInfo', 'AuthInfo');
  const byName = new Map((said.users ?? []).map((one) => [one.name ?? '', one.user ?? {}]));
  for (const [name, { exec }] of byName) {
    if (exec === undefined) continue;
    throw new Error(`user ${JSON.stringify(name)} gets credentials from a program, which isn't supported`);
  }
  const current = said['current-context'];
  const of = current ? said.contexts?.find(({ name }) => name === current)?.context?.user : undefined;
  return { byName, usual: of ? byName.get(of) : undefined };
}

/** Upstream tells the whole list too, with what is secret in it. */
function namedOnce(all: readonly { readonly name?: string }[] | undefined, what: string, of: string): void {
  const seen = new Set<string>();
  for (const { name = '' } of all ?? []) {
    if (seen.has(name)) {
      const names = `*[]Named${what} into *map[string]*api.${of}`;
      throw new Error(`error converting ${names}: duplicate name ${JSON.stringify(name)} in list`);
    }
    seen.add(name);
  }
}
