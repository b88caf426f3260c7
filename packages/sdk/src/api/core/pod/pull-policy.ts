/** `Always` for an image under the tag `latest` (or none), else `IfNotPresent`, also for what is no image's name. */
export function pullPolicyFor(parent: Readonly<Record<string, unknown>>): 'Always' | 'IfNotPresent' {
  const image = String(parent['image'] ?? parent['reference'] ?? '');
  const before = known.get(image);
  if (before) return before;
  const policy = tagOf(image) === 'latest' ? 'Always' : 'IfNotPresent';
  if (image.length <= longestKnown) {
    if (known.size >= mostKnown) known.clear();
    known.set(image, policy);
  }
  return policy;
}

/** Many containers are of few images. */
const known = new Map<string, 'Always' | 'IfNotPresent'>();
const mostKnown = 1024;
/** Longer names are nobody's, and would take room. */
const longestKnown = 400;

const domainPart = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
const domain = `(?:${domainPart}(?:\\.${domainPart})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const pathPart = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const digest = '(?:sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128})';
const reference = new RegExp(
  `^((?:${domain}/)?${pathPart}(?:/${pathPart})*)(?::(\\w[\\w.-]{0,127}))?(?:@(${digest}))?$`,
);
const longestName = 255;

/** The tag that an image's name asks for: `latest` where it says nothing at all, none where it isn't a name. */
function tagOf(image: string): string | undefined {
  // A bare identifier can't be told from a name, so it isn't one.
  if (/^[a-f0-9]{64}$/.test(image)) return undefined;
  const [, name, tag, pinned] = reference.exec(normalized(image)) ?? [];
  if (name === undefined || name.length > longestName) return undefined;
  return tag ?? (pinned ? undefined : 'latest');
}

/** With the registry that is meant where none is named. */
function normalized(image: string): string {
  const slash = image.indexOf('/');
  const first = slash === -1 ? '' : image.slice(0, slash);
  const isRegistry = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  if (isRegistry)
    return first === 'docker.io' && !image.slice(slash + 1).includes('/')
      ? `docker.io/library${image.slice(slash)}`
      : image;
  return slash === -1 ? `docker.io/library/${image}` : `docker.io/${image}`;
}
