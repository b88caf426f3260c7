const suffix = '.static.k8s.io';

/** Names of configurations that are read from files instead. */
export function* reservedNameWarnings({ metadata: { name } }: { metadata: { name?: string } }): Iterable<string> {
  if (!name?.endsWith(suffix)) return;
  yield `metadata.name: names ending with "${suffix}" are reserved for static manifest-based configurations and cannot be managed via the API`;
}
