import { isObject } from '@tiphys/sdk/machinery';

/** Paths in the order in which they stand in a document: of YAML in that of the JSON that it becomes, sorted by name. */
export function asWritten(
  paths: ReadonlySet<string>,
  document: unknown,
  { isYaml }: { readonly isYaml: boolean },
): string[] {
  const found: string[] = [];
  const look = (value: unknown, at: string): void => {
    if (paths.has(at)) return void found.push(at);
    if (Array.isArray(value)) for (const [i, item] of value.entries()) look(item, `${at}[${i}]`);
    if (!isObject(value)) return;
    const names = Object.keys(value);
    for (const name of isYaml ? names.sort() : names) look(value[name], at ? `${at}.${name}` : name);
  };
  if (paths.size) look(document, '');
  return found;
}
