import { Caller } from './caller.ts';
import type { NetRule, State } from './network.ts';
import type { Token } from './tokens.ts';

/** What a rule matched. Where the syntax was wrong, pieces may be missing. */
export class TreeNode {
  readonly rule: NetRule;
  /** The alternative taken, by its name; nothing before it is known. */
  alternative: string | undefined = undefined;
  readonly start: Token;
  readonly parent: TreeNode | undefined;
  /** The state from which the rule was called. */
  readonly invokedFrom: State | undefined;
  /** Where its rule returns to. */
  readonly caller: Caller;
  readonly #parts: { readonly label: string; readonly part: Token | TreeNode }[] = [];

  constructor(rule: NetRule, start: Token, parent: TreeNode | undefined, invokedFrom: State | undefined) {
    this.rule = rule;
    this.start = start;
    this.parent = parent;
    this.invokedFrom = invokedFrom;
    const call = invokedFrom?.transitions[0];
    this.caller = parent && call?.kind === 'rule' ? parent.caller.call(call.follow) : new Caller();
  }

  addToken(label: string | undefined, token: Token): void {
    if (label !== undefined) this.#parts.push({ label, part: token });
  }

  addNode(label: string, node: TreeNode): void {
    this.#parts.push({ label, part: node });
  }

  token(label: string): Token | undefined {
    return this.#parts.find((p) => p.label === label)?.part as Token | undefined;
  }

  tokens(label: string): readonly Token[] {
    return this.#parts.flatMap((p) => (p.label === label ? [p.part as Token] : []));
  }

  node(label: string): TreeNode | undefined {
    return this.#parts.find((p) => p.label === label)?.part as TreeNode | undefined;
  }

  nodes(label: string): readonly TreeNode[] {
    return this.#parts.flatMap((p) => (p.label === label ? [p.part as TreeNode] : []));
  }
}
