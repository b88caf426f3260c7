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
  readonly object?: KubeObject | undefined;
  /** What is there; frozen. */
  readonly oldObject?: KubeObject | undefined;
  readonly user: UserInfo;
  readonly options: JsonObject;
  readonly dryRun: boolean;
  /** It was looked at already, as what it comes of: a binding, an eviction. */
  readonly admitted?: boolean;
  readonly warn: (text: string) => void;
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

/** Runs the plugins in their order: first every `admit`, later every `validate`. Nothing is promised where nobody has to be waited for. */
export class AdmissionChain {
  readonly #plugins: readonly AdmissionPlugin[];
  readonly #now: () => number;
  readonly #counts: AdmissionCounts;
  /** Which of them concern an operation on a resource, found once for each. */
  readonly #concerned: Readonly<Record<Operation, Map<string, Concerned>>> = {
    CREATE: new Map(),
    UPDATE: new Map(),
    DELETE: new Map(),
    CONNECT: new Map(),
  };

  constructor(
    plugins: readonly AdmissionPlugin[],
    { now = () => 0, counts = uncounted }: { readonly now?: () => number; readonly counts?: AdmissionCounts } = {},
  ) {
    this.#plugins = plugins;
    this.#now = now;
    this.#counts = counts;
  }

  admit(attributes: AdmissionAttributes): void | Promise<void> {
    return this.#run('admit', attributes);
  }

  validate(attributes: AdmissionAttributes): void | Promise<void> {
    return this.#run('validate', attributes);
  }

  #run(type: AdmissionStep, attributes: AdmissionAttributes): void | Promise<void> {
    if (attributes.admitted) return;
    const step = this.#concerning(attributes)[type];
    if (step.plugins.length) return new Walk(step, attributes, this.#now).run();
  }

  #concerning({ operation, resource, subresource }: AdmissionAttributes): Concerned {
    const asked = subresource ? `${resource}/${subresource}` : resource;
    let concerned = this.#concerned[operation].get(asked);
    if (!concerned) {
      const plugins = this.#plugins.filter(
        ({ matches }) =>
          matches.operations.includes(operation) &&
          matches.resources.some((r) => r === asked || (r === '*' && !subresource) || r === '*/*'),
      );
      const stepOf = (type: AdmissionStep): Step => ({
        type,
        whole: this.#counts.step(operation, type),
        plugins: plugins
          .filter((plugin) => plugin[type] !== undefined)
          .map((plugin) => ({ plugin, cell: this.#counts.plugin(plugin.name, operation, type) })),
      });
      concerned = { admit: stepOf('admit'), validate: stepOf('validate') };
      this.#concerned[operation].set(asked, concerned);
    }
    return concerned;
  }
}

interface Step {
  readonly type: AdmissionStep;
  /** Of all plugins together. */
  readonly whole: AdmissionCell;
  readonly plugins: readonly { readonly plugin: AdmissionPlugin; readonly cell: AdmissionCell }[];
}

type Concerned = Readonly<Record<AdmissionStep, Step>>;

/** A write's way through the plugins of a step, as far as it has come. */
class Walk {
  readonly #step: Step;
  readonly #attributes: AdmissionAttributes;
  readonly #now: () => number;
  readonly #began: number;
  /** When somebody was last waited for. */
  #since: number;
  #next = 0;
  #isSecond = false;
  #again = false;

  constructor(step: Step, attributes: AdmissionAttributes, now: () => number) {
    this.#step = step;
    this.#attributes = attributes;
    this.#now = now;
    this.#since = this.#began = now();
  }

  run(): void | Promise<void> {
    let awaited: Promise<Admitted> | undefined;
    try {
      awaited = this.#ask();
    } catch (err) {
      this.#refused(err);
    }
    if (awaited) return this.#wait(awaited);
    this.#step.whole.passed(this.#now() - this.#began);
  }

  async #wait(first: Promise<Admitted>): Promise<void> {
    try {
      for (let awaited: typeof first | undefined = first; awaited; awaited = this.#ask()) {
        if ((await awaited) === 'look again') this.#again = true;
        const now = this.#now();
        this.#asked.passed(now - this.#since);
        this.#since = now;
      }
    } catch (err) {
      this.#refused(err);
    }
    this.#step.whole.passed(this.#now() - this.#began);
  }

  /** Asks plugins up to the next that has to be waited for, and answers what that promises. */
  #ask(): Promise<Admitted> | undefined {
    const { type, plugins } = this.#step;
    for (;;) {
      while (this.#next < plugins.length) {
        const { plugin, cell } = plugins[this.#next++]!;
        if (plugin.isIdle?.()) continue;
        const answer = type === 'admit' ? plugin.admit!(this.#attributes) : plugin.validate!(this.#attributes);
        if (typeof answer === 'object') return answer;
        if (answer === 'look again') this.#again = true;
        // It took no time that is worth a look at the clock.
        cell.passed(0);
      }
      if (!this.#again || this.#isSecond) return undefined;
      this.#isSecond = true;
      this.#next = 0;
    }
  }

  /** The plugin that was asked last. */
  get #asked(): AdmissionCell {
    return this.#step.plugins[this.#next - 1]!.cell;
  }

  #refused(err: unknown): never {
    const now = this.#now();
    this.#asked.rejected(now - this.#since);
    this.#step.whole.rejected(now - this.#began);
    throw err;
  }
}

const uncountedCell: AdmissionCell = { passed: () => {}, rejected: () => {} };
const uncounted: AdmissionCounts = { step: () => uncountedCell, plugin: () => uncountedCell };
