import type { FlowSchema } from '@tiphys/sdk/api';
import type { FlowIds, RequestInfo, UserInfo } from '../context.ts';
import type { Flow } from './flow.ts';
import type { FlowCounts } from './flow-counts.ts';
import type { PriorityLevel } from './priority-level.ts';
import { type Rule, ruleOf } from './rules.ts';
import { flowHash, handOf } from './shuffle-sharding.ts';

/** As many are remembered; beyond that remembering begins anew. */
const mostKnown = 4096;

export type CountsOf = (level: string, schema: string) => FlowCounts;

/** A flow schema that leads to a level. */
export class Schema {
  readonly name: string;
  readonly precedence: number;
  readonly method: string;
  readonly rules: readonly Rule[];
  readonly #level: PriorityLevel;
  readonly #counts: FlowCounts;
  readonly #ids: FlowIds;
  readonly #flows = new Map<string, Flow>();

  constructor({ metadata, spec }: Pick<FlowSchema, 'metadata' | 'spec'>, level: PriorityLevel, countsOf: CountsOf) {
    this.name = metadata.name ?? '';
    this.precedence = spec.matchingPrecedence;
    this.rules = (spec.rules ?? []).map(ruleOf);
    const dealing = level.dealing;
    this.method = dealing && dealing.deck > 1 ? (spec.distinguisherMethod?.type ?? '') : '';
    this.#level = level;
    this.#counts = countsOf(level.name, this.name);
    this.#ids = { schemaUid: metadata.uid ?? '', levelUid: level.uid };
  }

  flow(distinguisher: string): Flow {
    let flow = this.#flows.get(distinguisher);
    if (!flow) {
      const { dealing } = this.#level;
      flow = {
        level: this.#level,
        distinguisher,
        hand: dealing ? handOf(flowHash(this.name, distinguisher), dealing) : [],
        counts: this.#counts,
        ids: this.#ids,
      };
      if (this.#flows.size >= mostKnown) this.#flows.clear();
      this.#flows.set(distinguisher, flow);
    }
    return flow;
  }
}

/** A schema that is for a user, with what of it is for that user. */
interface Candidate {
  readonly schema: Schema;
  readonly rules: readonly Rule[];
  /** The only one that the user's requests can belong to; undefined where the namespace counts. */
  readonly flow: Flow | undefined;
}

/**
 * Finds the flow of a request: the first schema by precedence and name that is for its user and covers it. Whom schemas are for is
 * found out once for each user, so that most requests are found by a look at what the user is known for.
 */
export class Classifier {
  readonly #schemas: readonly Schema[];
  readonly #rest: Schema;
  readonly #known = new WeakMap<UserInfo, readonly Candidate[]>();
  /** Not everybody is the same object with every request. */
  readonly #alike = new Map<string, readonly Candidate[]>();

  /** The last schema is for whoever no other is for. */
  constructor(schemas: readonly Schema[], rest: Schema) {
    this.#schemas = schemas.toSorted((a, b) => a.precedence - b.precedence || (a.name < b.name ? -1 : 1));
    this.#rest = rest;
  }

  flowOf(user: UserInfo, info: RequestInfo): Flow {
    for (const { schema, rules, flow } of this.#known.get(user) ?? this.#candidates(user)) {
      for (const rule of rules) if (rule.covers(info)) return flow ?? schema.flow(info.namespace);
    }
    return this.#rest.flow(distinguisherOf(this.#rest, user, info));
  }

  #candidates(user: UserInfo): readonly Candidate[] {
    const key = JSON.stringify([user.name, user.groups]);
    let found = this.#alike.get(key);
    if (!found) {
      found = this.#schemas.flatMap((schema) => {
        const rules = schema.rules.filter((rule) => rule.isFor(user));
        const flow = schema.method === 'ByNamespace' ? undefined : schema.flow(schema.method ? user.name : '');
        return rules.length ? [{ schema, rules, flow }] : [];
      });
      if (this.#alike.size >= mostKnown) this.#alike.clear();
      this.#alike.set(key, found);
    }
    this.#known.set(user, found);
    return found;
  }
}

function distinguisherOf({ method }: Schema, { name }: UserInfo, { namespace }: RequestInfo): string {
  if (!method) return '';
  return method === 'ByNamespace' ? namespace : name;
}
