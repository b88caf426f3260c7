import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { keyPairProblem } from '@tiphys/sdk/api';
import { tokenFromFile } from '@tiphys/sdk/client';
import type { Clock } from '@tiphys/sdk/runtime';
import type { KeyPair, ShownUser } from '../../webhook-client/index.ts';
import type { KubeconfigUser } from './kubeconfig.ts';

interface Place {
  /** That of the kubeconfig: files are named from there. */
  readonly directory: string;
  readonly clock: Clock;
}

/** What a user of a kubeconfig shows. Throws in upstream's words where that can't be had. */
export async function shownUser(user: KubeconfigUser, { directory, clock }: Place): Promise<ShownUser> {
  const at = (path: string | undefined) => (path && !isAbsolute(path) ? join(directory, path) : path);
  if (user['auth-provider'] !== undefined) throw new Error('auth provider not supported');
  const token = await bearerOf(user, at(user.tokenFile), clock);
  const { username, password } = user;
  if (token && username) throw new Error('username/password or bearer token may be set, but not both');
  const basic = username && `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}`;
  const others = impersonation(user);
  return {
    keyPair: await keyPairOf(user, at),
    async headers() {
      const authorization = token ? `Bearer ${await token()}` : basic;
      return { ...others, ...(authorization && { authorization }) };
    },
  };
}

/** What is in the file counts; the token beside it, as long as the file can't be read. */
async function bearerOf({ token }: KubeconfigUser, file: string | undefined, clock: Clock) {
  if (!file) return token ? () => Promise.resolve(token) : undefined;
  const inFile = tokenFromFile(file, clock);
  if (token)
    return () =>
      inFile().then(
        (read) => read || token,
        () => token,
      );
  if (!(await read(file)).toString().trim()) throw new Error(`read empty token from file "${file}"`);
  return inFile;
}

type At = (path: string | undefined) => string | undefined;

/** Files are read anew with each connection, so that certificates may be renewed. */
async function keyPairOf(user: KubeconfigUser, at: At): Promise<ShownUser['keyPair']> {
  const { 'client-certificate-data': certData, 'client-key-data': keyData } = user;
  const [certFile, keyFile] = [at(user['client-certificate']), at(user['client-key'])];
  const hasCert = certData !== undefined || certFile !== undefined;
  if (!hasCert || (keyData === undefined && keyFile === undefined)) return undefined;
  const bytesOf = (data: string | undefined, file: string | undefined) =>
    data === undefined ? read(file!) : Buffer.from(data, 'base64');
  const load = async () => ({ cert: await bytesOf(certData, certFile), key: await bytesOf(keyData, keyFile) });
  const pair = await load();
  if (certData === undefined && keyData === undefined) return async () => fitting(await load());
  fitting(pair);
  return () => Promise.resolve(pair);
}

function fitting(pair: KeyPair): KeyPair {
  const problem = keyPairProblem(pair.cert.toString(), pair.key.toString());
  if (problem) throw new Error(`tls: ${problem}`);
  return pair;
}

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw new Error(`open ${file}: no such file or directory`, { cause });
  }
}

function impersonation(user: KubeconfigUser): Record<string, string | string[]> {
  if (!user.as) return {};
  const { 'as-uid': uid, 'as-groups': groups, 'as-user-extra': extra = {} } = user;
  return {
    'impersonate-user': user.as,
    ...(uid && { 'impersonate-uid': uid }),
    ...(groups?.length && { 'impersonate-group': groups }),
    ...Object.fromEntries(Object.entries(extra).map(([key, all]) => [`impersonate-extra-${escaped(key)}`, all])),
  };
}

/** A name of a header has letters, digits and few signs; `%` says that what follows is none of them. */
const escaped = (key: string): string =>
  [...Buffer.from(key)]
    .map((byte) => {
      const char = String.fromCharCode(byte);
      return /[A-Za-z0-9!#$&'*+.^_`|~-]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
