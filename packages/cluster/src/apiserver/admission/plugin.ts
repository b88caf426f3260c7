import type { FieldGate } from '@tiphys/sdk/api';
import type { JsonObject, KubeObject } from '@tiphys/sdk/machinery';
import type { AnyKind } from '@tiphys/sdk/schema';
import type { Auditing, UserInfo } from '../context.ts';

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

/** One write, as admission sees it. */
export interface AdmissionAttributes {
  readonly operation: Operation;
  readonly kind: AnyKind;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** What is to be written; `admit` may change it. */
  readonly object?: KubeObject;
  /** What is there; frozen. */
  readonly oldObject?: KubeObject;
  readonly user: UserInfo;
  readonly options: JsonObject;
  readonly dryRun: boolean;
  /** It was looked at already, as what it comes of: a binding, an eviction. */
  readonly admitted?: boolean;
  warn(text: string): void;
  /** Only where there is an audit log; `annotate` tells it something. */
  readonly audit?: Auditing | undefined;
}

export type Admitted = 'look again' | undefined | void;

/** `admit` may change the object, `validate` may not; a plugin has either or both, and throws to refuse. */
export interface AdmissionPlugin {
  readonly name: string;
  /** It isn't there while this gate is shut. */
  readonly featureGate?: FieldGate;
  readonly matches: {
    readonly operations: readonly Operation[];
    /** `pods`, `pods/status`, or `*` for every resource (not subresources). */
    readonly resources: readonly string[];
  };
  /** Whether there is nothing at the moment by which it could judge: no policy, no webhook, no quota. */
  isIdle?(): boolean;
  /** `look again` has all plugins asked once more about what the object has become. */
  admit?(attributes: AdmissionAttributes): Admitted | Promise<Admitted>;
  validate?(attributes: AdmissionAttributes): void | Promise<void>;
}

export type AdmissionStep = 'admit' | 'validate';

/** Counts how long something took, by how it ended. */
export interface AdmissionCell {
  passed(ms: number): void;
  rejected(ms: number): void;
}

/** Who wants to know how long plugins take. */
export interface AdmissionCounts {
  step(operation: Operation, type: AdmissionStep): AdmissionCell;
  plugin(name: string, operation: Operation, type: AdmissionStep): AdmissionCell;
}

/** Runs the plugins in their order: first every `admit`, later every `validate`. */
export class AdmissionChain {
  readonly #plugins: readonly AdmissionPlugin[];
  readonly #now: () => number;
  readonly #counts: AdmissionCounts;
  /** Which of them concern an operation on a resource, found once for each. */
  readonly #concerned = new Map<string, Concerned>();

  constructor(
    plugins: readonly AdmissionPlugin[],
    { now = () => 0, counts = uncounted }: { readonly now?: () => number; readonly counts?: AdmissionCounts } = {},
  ) {
    this.#plugins = plugins;
    this.#now = now;
    this.#counts = counts;
  }

  admit(attributes: AdmissionAttributes): Promise<void> {
    return this.#run(this.#concerning(attributes).admit, 'admit', attributes);
  }

  validate(attributes: AdmissionAttributes): Promise<void> {
    return this.#run(this.#concerning(attributes).validate, 'validate', attributes);
  }

  async #run({ step, plugins }: Step, type: AdmissionStep, attributes: AdmissionAttributes): Promise<void> {
    if (!plugins.length) return;
    const began = this.#now();
    let at = began;
    let cell = step;
    try {
      let again = true;
      for (let round = 1; again && round <= 2; round++) {
        again = false;
        for (const counted of plugins) {
          const { plugin } = counted;
          if (plugin.isIdle?.()) continue;
          cell = counted.cell;
          const answer = type === 'admit' ? plugin.admit!(attributes) : plugin.validate!(attributes);
          // Most have nothing to wait for, and take no time that is worth a look at the clock.
          if (typeof answer === 'object') {
            if ((await answer) === 'look again') again = true;
            const now = this.#now();
            cell.passed(now - at);
            at = now;
          } else {
            if (answer === 'look again') again = true;
            cell.passed(0);
          }
        }
      }
    } catch (err) {
      const now = this.#now();
      cell.rejected(now - at);
      step.rejected(now - began);
      throw err;
    }
    step.passed(this.#now() - began);
  }

  #concerning({ operation, resource, subresource, admitted }: AdmissionAttributes): Concerned {
    if (admitted) return nobody;
    const asked = subresource ? `${resource}/${subresource}` : resource;
    const key = `${operation} ${asked}`;
    let concerned = this.#concerned.get(key);
    if (!concerned) {
      const plugins = this.#plugins.filter(
        ({ matches }) =>
          matches.operations.includes(operation) &&
          matches.resources.some((r) => r === asked || (r === '*' && !subresource) || r === '*/*'),
      );
      const stepOf = (type: AdmissionStep): Step => ({
        step: this.#counts.step(operation, type),
        plugins: plugins
          .filter((plugin) => plugin[type] !== undefined)
          .map((plugin) => ({ plugin, cell: this.#counts.plugin(plugin.name, operation, type) })),
      });
      concerned = { admit: stepOf('admit'), validate: stepOf('validate') };
      this.#concerned.set(key, concerned);
    }
    return concerned;
  }
}

interface Step {
  readonly step: AdmissionCell;
  readonly plugins: readonly { readonly plugin: AdmissionPlugin; readonly cell: AdmissionCell }[];
}

type Concerned = Readonly<Record<AdmissionStep, Step>>;

const uncountedCell: AdmissionCell = { passed: () => {}, rejected: () => {} };
const uncounted: AdmissionCounts = { step: () => uncountedCell, plugin: () => uncountedCell };
const nothing: Step = { step: uncountedCell, plugins: [] };
const nobody: Concerned = { admit: nothing, validate: nothing };
