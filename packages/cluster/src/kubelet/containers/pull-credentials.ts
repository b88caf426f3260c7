import type { Secret } from '@tiphys/sdk/api';
import { own, withoutTrailing } from '@tiphys/sdk/machinery';
import { type AuthConfig, fullImageName } from '../cri/index.ts';

/** The two forms of a registry's secret: the type, the key, and where in the document the registries are. */
const forms = {
  'kubernetes.io/dockerconfigjson': { key: '.dockerconfigjson', within: 'auths' },
  'kubernetes.io/dockercfg': { key: '.dockercfg', within: undefined },
} as const;

/** What Docker calls its own registry. */
const dockerHub = 'index.docker.io';

interface Entry {
  readonly username?: unknown;
  readonly password?: unknown;
  /** `user:password` in base64; wins over the two. */
  readonly auth?: unknown;
}

/** The credentials that fit an image, the most specific registry first, in upstream's order; none for an anonymous pull. */
export function pullCredentials(image: string, secrets: readonly Secret[]): AuthConfig[] {
  const byLocation = new Map<string, AuthConfig[]>();
  for (const secret of secrets) {
    for (const [name, entry] of entriesOf(secret)) {
      const location = locationOf(name);
      const auth = authOf(entry);
      if (location && auth) byLocation.set(location, [...(byLocation.get(location) ?? []), auth]);
    }
  }
  const repository = fullImageName(image)
    .replace(/@.*$/, '')
    .replace(/:[^/:]*$/, '');
  const locations = [...byLocation.keys()].toSorted((a, b) => (a < b ? 1 : -1));
  const fitting = locations.filter((l) => isMatch(l, repository)).flatMap((l) => byLocation.get(l)!);
  if (fitting.length || !repository.startsWith('docker.io/')) return fitting;
  return byLocation.get(dockerHub) ?? [];
}

/** A secret that can't be read gives nothing: the pull is tried without it. */
function entriesOf({ type, data }: Secret): [string, Entry][] {
  const form = own(forms, type ?? '');
  const base64 = form && own(data, form.key);
  if (!base64) return [];
  let document: unknown;
  try {
    document = JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
  } catch {
    return [];
  }
  const entries = form.within ? own((document ?? {}) as Record<string, unknown>, form.within) : document;
  if (typeof entries !== 'object' || entries === null) return [];
  return Object.entries(entries).filter(([, e]) => typeof e === 'object' && e !== null) as [string, Entry][];
}

/** `https://host/v1/path` is `host/path`. */
function locationOf(name: string): string | undefined {
  const [, rest = ''] = /^(?:https?:\/\/)?(.*)$/.exec(name)!;
  const slash = rest.indexOf('/');
  const host = slash < 0 ? rest : rest.slice(0, slash);
  const path = slash < 0 ? '' : rest.slice(slash).replace(/^\/v[12](?=\/)/, '');
  if (!host) return undefined;
  return path && path !== '/' ? `${host}${path}` : host;
}

function authOf({ username, password, auth }: Entry): AuthConfig | undefined {
  if (typeof auth === 'string' && auth) {
    const text = Buffer.from(auth, 'base64').toString('utf8');
    const colon = text.indexOf(':');
    return colon < 0
      ? undefined
      : { username: text.slice(0, colon), password: withoutTrailing(text.slice(colon + 1), '\0') };
  }
  if (typeof username !== 'string' || typeof password !== 'string') return undefined;
  return { username, password };
}

/** Ports are the same, every part of the host's name fits (`*` any), and the path begins so. */
function isMatch(location: string, repository: string): boolean {
  const pattern = partsOf(location);
  const target = partsOf(repository);
  if (pattern.port !== target.port || pattern.labels.length !== target.labels.length) return false;
  if (!target.path.startsWith(pattern.path)) return false;
  return pattern.labels.every((label, i) => globs(label).test(target.labels[i]!));
}

function partsOf(url: string): { labels: string[]; port: string; path: string } {
  const [, host = '', port = '', path = ''] = /^([^/:]*)(?::(\d+))?(\/.*)?$/.exec(url) ?? [];
  return { labels: host.split('.'), port, path };
}

const globs = (pattern: string) =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((text) => text.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('[^/]*')}$`,
  );
