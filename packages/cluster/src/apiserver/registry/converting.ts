import { type KubeObject, StatusError } from '@tiphys/sdk/machinery';
import { type AnyKind, configProblems, type Converter, type Versions } from '@tiphys/sdk/schema';

/** Thrown where something must be converted before it is known what comes next. */
export class Unconverted extends Error {
  readonly key: string;
  readonly object: KubeObject;
  readonly to: AnyKind;

  constructor(key: string, object: KubeObject, to: AnyKind) {
    super(`not converted to ${to.apiVersion} yet`);
    this.key = key;
    this.object = object;
    this.to = to;
  }
}

/**
 * Does what looks at objects in several versions of a kind, between which others convert. Merging and comparing know nothing of
 * waiting: they are done again from the beginning each time that they come upon something that hasn't been converted, with what has
 * been by then. They must change nothing before they are through.
 */
export async function converting<T>(kind: AnyKind, converter: Converter, act: (versions: Versions) => T): Promise<T> {
  const known = new Map<string, KubeObject | Error>();
  const versions = asKnown(kind, known);
  for (;;) {
    try {
      return act(versions);
    } catch (err) {
      if (!(err instanceof Unconverted)) throw err;
      const { key, object, to } = err;
      known.set(key, await converter.convert(object, to).catch(asError));
    }
  }
}

const asError = (err: unknown): Error => (err instanceof Error ? err : new Error(String(err)));

/** The versions of a kind as far as objects have been converted to them. */
function asKnown(kind: AnyKind, known: ReadonlyMap<string, KubeObject | Error>): Versions {
  const find = (apiVersion: string): AnyKind => {
    const version = kind.versions?.().find((k) => k.apiVersion === apiVersion);
    // Somebody owns fields in a version that there was once.
    if (!version) throw new StatusError(500, '', `request to convert CR to an invalid group/version: ${apiVersion}`);
    return version;
  };
  const convert = (object: KubeObject, from: string, to: string): KubeObject => {
    if (from === to) return object;
    // As upstream: through the version of the request.
    if (from !== kind.apiVersion && to !== kind.apiVersion) {
      return convert(convert(object, from, kind.apiVersion), kind.apiVersion, to);
    }
    const typed = { ...object, apiVersion: from, kind: kind.kind };
    const key = `${to} ${JSON.stringify(typed)}`;
    const found = known.get(key);
    if (!found) throw new Unconverted(key, typed, find(to));
    if (found instanceof Error) throw found;
    const why = unfitness(find(to), found);
    if (why !== undefined) throw new StatusError(500, '', why);
    return found;
  };
  return { shape: (apiVersion) => find(apiVersion).schema.shape, convert };
}

/** Why whose fields are whose can't be told of what is said to be an object of a kind; nothing when it is one. */
export function unfitness(
  { schema }: AnyKind,
  { apiVersion: _v, kind: _k, ...object }: KubeObject,
): string | undefined {
  const problems = configProblems(schema.shape, object);
  return problems.length > 1 ? ['errors:', ...problems.map((p) => `  ${p}`)].join('\n') : problems[0];
}
