import { type BaseTableConfig, baseTable } from './base-table.ts';
import { emptyTable, type NftTable } from './nft-table.ts';
import type { ProxyService } from './service.ts';
import { type Claim, serviceRules, type ServiceRules } from './service-rules.ts';

/** The two states of what an update touched, and nothing else of the table. */
export interface TableChange {
  before: NftTable;
  after: NftTable;
}

/**
 * The table as it should be, kept by service so that a change costs what it touches. Services may claim the same element (an
 * external address with its port, a hairpin): the first to claim it has it, and the next gets it when the first lets go.
 */
export class Ruleset {
  readonly #config: BaseTableConfig;
  readonly #base: NftTable;
  readonly #rules = new Map<string, ServiceRules>();
  readonly #elements = new Map<string, Map<string, Map<string, string>>>();

  constructor(config: BaseTableConfig) {
    this.#config = config;
    this.#base = baseTable(config);
    for (const name of this.#base.sets.keys()) this.#elements.set(name, new Map());
  }

  /** Takes the services' new states (undefined: gone). */
  update(services: Iterable<readonly [key: string, service: ProxyService | undefined]>): TableChange {
    const change = { before: emptyTable(), after: emptyTable() };
    const touched = new Map<string, Claim>();
    const touch = (claim: Claim) => {
      const id = `${claim.set} ${claim.key}`;
      if (touched.has(id)) return;
      touched.set(id, claim);
      this.#copyElement(claim, change.before);
    };

    for (const [key, service] of services) {
      const old = this.#rules.get(key);
      const rules = service && serviceRules(service, this.#config);
      const claims = new Map(rules?.claims.map((claim) => [`${claim.set} ${claim.key}`, claim]));
      for (const claim of old?.claims ?? []) {
        touch(claim);
        // What a service claims again keeps its turn.
        if (!claims.has(`${claim.set} ${claim.key}`)) this.#release(claim, key);
      }
      for (const claim of claims.values()) {
        touch(claim);
        this.#claim(claim, key);
      }
      if (old) copyObjects(old, change.before);
      if (rules) copyObjects(rules, change.after);
      if (rules) this.#rules.set(key, rules);
      else this.#rules.delete(key);
    }
    for (const claim of touched.values()) this.#copyElement(claim, change.after);
    return change;
  }

  /** The whole table. */
  table(): NftTable {
    const table: NftTable = { chains: new Map(this.#base.chains), sets: new Map() };
    for (const [name, set] of this.#base.sets) {
      const elements = new Map<string, string>();
      for (const [key, owners] of this.#elements.get(name)!) elements.set(key, firstValue(owners)!);
      table.sets.set(name, { ...set, elements });
    }
    for (const rules of this.#rules.values()) copyObjects(rules, table);
    return table;
  }

  #claim({ set, key, value }: Claim, owner: string): void {
    const owners = this.#elements.get(set)!.get(key) ?? new Map<string, string>();
    this.#elements.get(set)!.set(key, owners.set(owner, value));
  }

  #release({ set, key }: Claim, owner: string): void {
    const owners = this.#elements.get(set)!.get(key);
    owners?.delete(owner);
    if (!owners?.size) this.#elements.get(set)!.delete(key);
  }

  #copyElement({ set, key }: Claim, to: NftTable): void {
    const copy = to.sets.get(set) ?? { ...this.#base.sets.get(set)!, elements: new Map<string, string>() };
    const value = firstValue(this.#elements.get(set)!.get(key));
    if (value !== undefined) copy.elements.set(key, value);
    to.sets.set(set, copy);
  }
}

const firstValue = (owners: Map<string, string> | undefined): string | undefined => owners?.values().next().value;

function copyObjects({ chains, affinitySets }: ServiceRules, to: NftTable): void {
  for (const [name, chain] of chains) to.chains.set(name, chain);
  for (const [name, declaration] of affinitySets) {
    to.sets.set(name, { kind: 'set', declaration, elements: new Map() });
  }
}
