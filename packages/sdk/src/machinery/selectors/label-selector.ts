import { messageOf } from '../../runtime/index.ts';
import { labelValueProblems, qualifiedNameProblems } from '../names.ts';
import {
  everything,
  int64Of,
  nothing,
  type Requirement,
  type Selector,
  type SelectorOperator,
  selectorOf,
} from './selector.ts';

/** `metav1.LabelSelector`, as objects carry it. */
export interface LabelSelectorLike {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

const operators: Readonly<Record<string, SelectorOperator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
};
const known = new WeakMap<LabelSelectorLike, Selector>();

/** No selector matches nothing, an empty one everything. */
export function labelSelectorOf(selector: LabelSelectorLike | null | undefined): Selector {
  if (!selector) return nothing;
  let made = known.get(selector);
  if (!made) {
    const { matchLabels = {}, matchExpressions = [] } = selector;
    const requirements = Object.entries(matchLabels).map(([key, v]): Requirement => ({
      key,
      operator: '=',
      values: [v],
    }));
    for (const { key, operator, values = [] } of matchExpressions) {
      const op = operators[operator];
      if (!op) return nothing;
      requirements.push({ key, operator: op, values });
    }
    made = requirements.length
      ? selectorOf(requirements.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)))
      : everything;
    // Only what can't change any more is remembered.
    if (Object.isFrozen(selector)) known.set(selector, made);
  }
  return made;
}

/** A selector of plain equalities, such as a Service's. */
export const equalitySelector = (labels: Readonly<Record<string, string>> | undefined): Selector =>
  labels && Object.keys(labels).length ? labelSelectorOf({ matchLabels: labels }) : nothing;

/** A `labelSelector` query (`a=b,c in (d,e),!f`). Throws an `Error` with upstream's words. */
export function parseLabelSelector(text: string): Selector {
  return selectorOf(new Parser(text).parse());
}

type Token = { readonly type: 'word' | 'symbol' | 'end'; readonly text: string };

const symbols = new Set(['=', '==', '!=', '!', ',', '(', ')', '>', '<']);
const special = /[=!,()><]/;

function tokens(text: string): Token[] {
  const out: Token[] = [];
  for (let i = 0; i < text.length;) {
    const c = text[i]!;
    if (/[ \t\r\n]/.test(c)) i++;
    else if (special.test(c)) {
      let end = i + 1;
      while (end < text.length && special.test(text[end]!) && symbols.has(text.slice(i, end + 1))) end++;
      out.push({ type: 'symbol', text: text.slice(i, end) });
      i = end;
    } else {
      let end = i;
      while (end < text.length && !/[ \t\r\n]/.test(text[end]!) && !special.test(text[end]!)) end++;
      out.push({ type: 'word', text: text.slice(i, end) });
      i = end;
    }
  }
  return out;
}

/** Upstream's grammar with upstream's complaints. */
class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = tokens(text);
  }

  parse(): Requirement[] {
    const requirements: Requirement[] = [];
    for (;;) {
      const next = this.#peek();
      if (next.type === 'end') return requirements;
      if (next.type !== 'word' && next.text !== '!') {
        throw new Error(`found '${next.text}', expected: !, identifier, or 'end of string'`);
      }
      requirements.push(this.#requirement());
      const after = this.#take();
      if (after.type === 'end') return requirements;
      if (after.text !== ',' || after.type !== 'symbol')
        throw new Error(`found '${after.text}', expected: ',' or 'end of string'`);
      const then = this.#peek();
      if (then.type !== 'word' && then.text !== '!')
        throw new Error(`found '${then.text}', expected: identifier after ','`);
    }
  }

  #requirement(): Requirement {
    try {
      const absent = this.#peek().text === '!' && this.#peek().type === 'symbol';
      if (absent) this.#take();
      const key = this.#take();
      if (key.type !== 'word') throw new Error(`found '${key.text}', expected: identifier`);
      const problems = qualifiedNameProblems(key.text);
      if (problems.length) throw new Error(`<nil>: Invalid value: ${JSON.stringify(key.text)}: ${problems.join('; ')}`);
      if (absent) return { key: key.text, operator: '!', values: [] };
      const next = this.#peek();
      if (next.type === 'end' || next.text === ',') return { key: key.text, operator: 'exists', values: [] };
      return checked({ key: key.text, ...this.#operation() });
    } catch (err) {
      throw new Error(`unable to parse requirement: ${messageOf(err)}`, {
        cause: err,
      });
    }
  }

  #operation(): { operator: SelectorOperator; values: string[] } {
    const { text } = this.#take();
    switch (text) {
      case 'in':
      case 'notin':
        return { operator: text, values: this.#list() };
      case '=':
      case '==':
      case '!=':
        return { operator: text, values: [this.#exact()] };
      case '>':
        return { operator: 'gt', values: [this.#exact()] };
      case '<':
        return { operator: 'lt', values: [this.#exact()] };
      default:
        throw new Error(`found '${text}', expected: in, notin, =, ==, !=, gt, lt`);
    }
  }

  #exact(): string {
    const next = this.#peek();
    if (next.type === 'end' || next.text === ',') return '';
    const value = this.#take();
    if (value.type !== 'word') throw new Error(`found '${value.text}', expected: identifier`);
    return value.text;
  }

  #list(): string[] {
    const open = this.#take();
    if (open.text !== '(') throw new Error(`found '${open.text}' expected: '('`);
    const values: string[] = [];
    let expectValue = true;
    let expected = "',', ')' or identifier";
    for (;;) {
      const t = this.#take();
      if (t.type === 'word') {
        if (!expectValue) throw new Error(`found '${t.text}', expected: ${expected}`);
        values.push(t.text);
        expectValue = false;
        expected = "',' or ')'";
      } else if (t.text === ',') {
        // Two commas have an empty value between them.
        if (expectValue) values.push('');
        expectValue = true;
        expected = "',', or identifier";
      } else if (t.text === ')') {
        if (expectValue) values.push('');
        return [...new Set(values)];
      } else throw new Error(`found '${t.text}', expected: ${expected}`);
    }
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { type: 'end', text: '' };
  }

  #take(): Token {
    const t = this.#peek();
    this.#at++;
    return t;
  }
}

function checked(r: Requirement): Requirement {
  if (r.operator === 'gt' || r.operator === 'lt') {
    if (int64Of(r.values[0]) === undefined) {
      throw new Error(
        `values[0]: Invalid value: ${JSON.stringify(r.values[0] ?? '')}: for 'Gt', 'Lt' operators, the value must be an integer`,
      );
    }
    return r;
  }
  r.values.forEach((v, i) => {
    const problems = labelValueProblems(v);
    if (problems.length)
      throw new Error(`values[${i}][${r.key}]: Invalid value: ${JSON.stringify(v)}: ${problems.join('; ')}`);
  });
  return r;
}
