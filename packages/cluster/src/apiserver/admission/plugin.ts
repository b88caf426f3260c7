import type { JsonObject, KubeObject } from '@tiphys/sdk/machinery';
import type { AnyKind } from '@tiphys/sdk/schema';
import type { UserInfo } from '../context.ts';

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
}

export type Admitted = 'look again' | undefined | void;

/** `admit` may change the object, `validate` may not; a plugin has either or both, and throws to refuse. */
export interface AdmissionPlugin {
  readonly name: string;
  readonly matches: {
    readonly operations: readonly Operation[];
    /** `pods`, `pods/status`, or `*` for every resource (not subresources). */
    readonly resources: readonly string[];
  };
  /** `look again` has all plugins asked once more about what the object has become. */
  admit?(attributes: AdmissionAttributes): Admitted | Promise<Admitted>;
  validate?(attributes: AdmissionAttributes): void | Promise<void>;
}

/** Runs the plugins in their order: first every `admit`, later every `validate`. */
export class AdmissionChain {
  readonly #plugins: readonly AdmissionPlugin[];

  constructor(plugins: readonly AdmissionPlugin[]) {
    this.#plugins = plugins;
  }

  async admit(attributes: AdmissionAttributes): Promise<void> {
    if (await this.#admitOnce(attributes)) await this.#admitOnce(attributes);
  }

  async #admitOnce(attributes: AdmissionAttributes): Promise<boolean> {
    let again = false;
    for (const p of this.#plugins) {
      if (p.admit && concerns(p, attributes) && (await p.admit(attributes)) === 'look again') again = true;
    }
    return again;
  }

  async validate(attributes: AdmissionAttributes): Promise<void> {
    for (const p of this.#plugins) if (p.validate && concerns(p, attributes)) await p.validate(attributes);
  }
}

function concerns({ matches }: AdmissionPlugin, attributes: AdmissionAttributes): boolean {
  const { operation, resource, subresource, admitted } = attributes;
  if (admitted || !matches.operations.includes(operation)) return false;
  const asked = subresource ? `${resource}/${subresource}` : resource;
  return matches.resources.some((r) => r === asked || (r === '*' && !subresource) || r === '*/*');
}
