import { annotate } from '../annotate.ts';
import type { AdmissionAttributes } from '../plugin.ts';

const longestBytes = 10 * 1024;

/** What a policy has to say to the audit log, under all of its bindings: different values of one key stand together. */
export class PolicyAnnotations {
  readonly #values = new Map<string, Set<string>>();

  add(key: string, value: string): void {
    const values = this.#values.get(key) ?? new Set();
    this.#values.set(key, values.add(shortened(value)));
  }

  tell(policy: string, attributes: AdmissionAttributes): void {
    for (const [key, values] of this.#values) annotate(attributes, `${policy}/${key}`, [...values].join(', '));
  }
}

function shortened(value: string): string {
  const bytes = Buffer.from(value);
  return bytes.length > longestBytes ? bytes.subarray(0, longestBytes).toString() : value;
}
