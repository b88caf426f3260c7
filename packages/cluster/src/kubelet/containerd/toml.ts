export type TomlValue = string | number | boolean | readonly string[];
export interface TomlTable {
  readonly [key: string]: TomlValue | TomlTable;
}

/** A table as TOML text; only what a configuration of containerd is made of. */
export function toToml(table: TomlTable, path: readonly string[] = []): string {
  const own: string[] = [];
  const inner: string[] = [];
  for (const [key, value] of Object.entries(table)) {
    if (isTable(value)) inner.push(toToml(value, [...path, key]));
    else own.push(`${keyOf(key)} = ${JSON.stringify(value)}\n`);
  }
  const head = path.length && own.length ? `[${path.map(keyOf).join('.')}]\n` : '';
  return [own.length ? head + own.join('') : '', ...inner].filter(Boolean).join('\n');
}

const isTable = (value: TomlValue | TomlTable): value is TomlTable =>
  typeof value === 'object' && !Array.isArray(value);

const keyOf = (key: string) => (/^[A-Za-z0-9_-]+$/.test(key) ? key : JSON.stringify(key));
