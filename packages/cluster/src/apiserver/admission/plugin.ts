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

/** Runs the plugins in their order: first every `admit`, later every `validate`. */
export class AdmissionChain {
  readonly #plugins: readonly AdmissionPlugin[];
  /** Which of them concern an operation on a resource, found once for each. */
  readonly #concerned = new Map<string, Concerned>();

  constructor(plugins: readonly AdmissionPlugin[]) {
    this.#plugins = plugins;
  }

  async admit(attributes: AdmissionAttributes): Promise<void> {
    const { admit } = this.#concerning(attributes);
    let again = true;
    for (let round = 1; again && round <= 2; round++) {
      again = false;
      for (const plugin of admit) {
        if (plugin.isIdle?.()) continue;
        const admitted = plugin.admit(attributes);
        // Most have nothing to wait for.
        if ((typeof admitted === 'object' ? await admitted : admitted) === 'look again') again = true;
      }
    }
  }

  async validate(attributes: AdmissionAttributes): Promise<void> {
    for (const plugin of this.#concerning(attributes).validate) {
      if (plugin.isIdle?.()) continue;
      const checked = plugin.validate(attributes);
      if (checked) await checked;
    }
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
      concerned = { admit: plugins.filter(admits), validate: plugins.filter(validates) };
      this.#concerned.set(key, concerned);
    }
    return concerned;
  }
}

type Admitting = AdmissionPlugin & Required<Pick<AdmissionPlugin, 'admit'>>;
type Validating = AdmissionPlugin & Required<Pick<AdmissionPlugin, 'validate'>>;

interface Concerned {
  readonly admit: readonly Admitting[];
  readonly validate: readonly Validating[];
}

const nobody: Concerned = { admit: [], validate: [] };
const admits = (plugin: AdmissionPlugin): plugin is Admitting => plugin.admit !== undefined;
const validates = (plugin: AdmissionPlugin): plugin is Validating => plugin.validate !== undefined;
