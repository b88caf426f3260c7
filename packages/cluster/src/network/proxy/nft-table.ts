/**
 * An nftables table as data, and the text that makes one table out of another in a single transaction. A name fixes what it
 * names: sets keep their declaration and base chains their hook for as long as the table lives.
 */
export interface NftTable {
  chains: Map<string, NftChain>;
  sets: Map<string, NftSet>;
}

export interface NftChain {
  /** `type … hook … priority …` of a base chain. */
  hook?: string;
  rules: readonly string[];
}

export interface NftSet {
  kind: 'set' | 'map';
  /** The body of the declaration: type, size, flags. */
  declaration: string;
  /** Keys, and in a map their values (in a set: the empty string). */
  elements: Map<string, string>;
}

export const emptyTable = (): NftTable => ({ chains: new Map(), sets: new Map() });

/** The transaction that puts `table` in the place of whatever bears the name. `path` is family and name: `ip tiphys`. */
export function replaceTable(path: string, table: NftTable): string {
  // Adding first makes the deletion succeed when there is no such table yet.
  return `add table ${path}\ndelete table ${path}\nadd table ${path}\n${diffTables(path, emptyTable(), table)}`;
}

/** The transaction that takes `before` to `after`; empty when they are the same. Chains that are one object aren't compared. */
export function diffTables(path: string, before: NftTable, after: NftTable): string {
  const out: string[] = [];
  const newSets = [...after.sets].filter(([name]) => !before.sets.has(name));
  const goneSets = [...before.sets].filter(([name]) => !after.sets.has(name));
  const newChains = [...after.chains].filter(([name]) => !before.chains.has(name));
  const goneChains = [...before.chains.keys()].filter((name) => !after.chains.has(name));
  const changedChains = [...after.chains].filter(([name, chain]) => differs(before.chains.get(name), chain));

  for (const [name, { kind, declaration }] of newSets) out.push(`add ${kind} ${path} ${name} { ${declaration} }`);
  for (const [name, { hook }] of newChains) out.push(`add chain ${path} ${name}${hook ? ` { ${hook}; }` : ''}`);
  // Gone chains are emptied before any is deleted, since they may jump to one another.
  for (const [name] of changedChains) if (before.chains.has(name)) out.push(`flush chain ${path} ${name}`);
  for (const name of goneChains) out.push(`flush chain ${path} ${name}`);
  for (const [name, set] of before.sets) {
    const kept = after.sets.get(name);
    if (kept)
      pushElements(out, 'delete', `${path} ${name}`, { ...set, elements: missingFrom(kept.elements, set.elements) });
  }
  for (const [name, { rules }] of changedChains) for (const rule of rules) out.push(`add rule ${path} ${name} ${rule}`);
  for (const [name, set] of after.sets) {
    const old = before.sets.get(name);
    const elements = old ? missingFrom(old.elements, set.elements) : set.elements;
    pushElements(out, 'add', `${path} ${name}`, { ...set, elements });
  }
  // A map that goes may still lead to a chain that goes.
  for (const [name, { kind }] of goneSets) if (kind === 'map') out.push(`flush map ${path} ${name}`);
  for (const name of goneChains) out.push(`delete chain ${path} ${name}`);
  for (const [name, { kind }] of goneSets) out.push(`delete ${kind} ${path} ${name}`);
  return out.length ? `${out.join('\n')}\n` : '';
}

function differs(before: NftChain | undefined, after: NftChain): boolean {
  if (before === after) return false;
  if (!before) return true;
  return before.rules.length !== after.rules.length || before.rules.some((rule, i) => rule !== after.rules[i]);
}

/** What of `elements` isn't in `other` with the same value. */
function missingFrom(other: Map<string, string>, elements: Map<string, string>): Map<string, string> {
  return new Map([...elements].filter(([key, value]) => other.get(key) !== value));
}

// Lines stay short enough that a message of nft can quote one.
const elementsPerLine = 100;

function pushElements(out: string[], verb: 'add' | 'delete', where: string, { kind, elements }: NftSet): void {
  const withValue = kind === 'map' && verb === 'add';
  const texts = [...elements].map(([key, value]) => (withValue ? `${key} : ${value}` : key));
  for (let i = 0; i < texts.length; i += elementsPerLine) {
    out.push(`${verb} element ${where} { ${texts.slice(i, i + elementsPerLine).join(', ')} }`);
  }
}
