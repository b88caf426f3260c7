import type { Expr, FieldEntry, MapEntry } from '../ast.ts';
import { AstFactory } from '../ast-factory.ts';
import { type Macro, MacroBuilder, MacroError } from '../macro.ts';
import { binaryOperators, operators } from '../operators.ts';
import { innermost } from './innermost.ts';
import { literalValue } from './literals.ts';
import { ParseAborted } from './aborted.ts';
import type { TreeNode } from './tree.ts';

/** The macro that a call is, if it is one. */
export type MacroFinder = (name: string, receiver: boolean, argCount: number) => Macro | undefined;

export interface AstBuilderOptions {
  readonly macro: MacroFinder;
  readonly optionalSyntax: boolean;
  readonly maxDepth: number;
  /** Without an offset it concerns the expression as a whole. */
  report(offset: number | undefined, message: string): void;
  /** Whether anything was wrong so far. */
  readonly failed: () => boolean;
}

/** Names that can't be variables, though fields may be called so. */
const reserved: ReadonlySet<string> = new Set(
  'as break const continue else false for function if import in let loop package namespace null return true var void while'.split(
    ' ',
  ),
);

/** Makes the abstract tree of a parsed one, macros expanded. It also takes broken trees, for what else is wrong in them. */
export class AstBuilder {
  readonly #o: AstBuilderOptions;
  readonly #factory = new AstFactory();
  #depth = 0;

  constructor(options: AstBuilderOptions) {
    this.#o = options;
  }

  build(start: TreeNode): Expr {
    return this.#visit(start.node('e'));
  }

  #visit(tree: TreeNode | undefined): Expr {
    const node = innermost(tree);
    if (!node) return this.#nothing(undefined);
    switch (node.rule.name) {
      case 'expr':
        return this.#deeper(() => this.#conditional(node));
      case 'conditionalOr':
        return this.#logic(node, operators.or, '||');
      case 'conditionalAnd':
        return this.#logic(node, operators.and, '&&');
      case 'relation':
      case 'calc':
        return this.#deeper(() => this.#binary(node));
      case 'unary':
        return this.#unary(node);
      case 'member':
        return node.alternative === undefined ? this.#nothing(node) : this.#deeper(() => this.#member(node));
      case 'primary':
        return this.#primary(node);
      case 'literal':
        return this.#literal(node);
      default:
        return this.#nothing(undefined);
    }
  }

  #deeper(build: () => Expr): Expr {
    if (++this.#depth > this.#o.maxDepth) throw new ParseAborted('max recursion depth exceeded');
    const expr = build();
    this.#depth--;
    return expr;
  }

  /** Stands where the syntax was wrong. */
  #nothing(node: TreeNode | undefined): Expr {
    if (!this.#o.failed()) this.#o.report(undefined, 'unknown parse element encountered');
    return this.#factory.node(node?.start.offset ?? 0, { kind: 'literal', value: null });
  }

  #error(offset: number, message: string): Expr {
    this.#o.report(offset, message);
    return this.#factory.node(offset, { kind: 'literal', value: null });
  }

  #conditional(node: TreeNode): Expr {
    const condition = this.#visit(node.node('e'));
    const op = node.token('op');
    if (!op) return condition;
    const id = this.#factory.next();
    const then = this.#visit(node.node('e1'));
    return this.#call(op.offset, id, operators.conditional, [condition, then, this.#visit(node.node('e2'))]);
  }

  /** Chains become balanced trees: their depth stays small however long they are. */
  #logic(node: TreeNode, name: string, token: string): Expr {
    const terms = [this.#visit(node.node('e'))];
    const ops: { readonly id: number; readonly offset: number }[] = [];
    const rest = node.nodes('e1');
    for (const [i, op] of node.tokens('ops').entries()) {
      if (i >= rest.length) return this.#error(node.start.offset, `unexpected character, wanted '${token}'`);
      terms.push(this.#visit(rest[i]));
      ops.push({ id: this.#factory.next(), offset: op.offset });
    }
    const balanced = (low: number, high: number): Expr => {
      const mid = Math.floor((low + high + 1) / 2);
      const left = mid === low ? terms[mid]! : balanced(low, mid - 1);
      const right = mid === high ? terms[mid + 1]! : balanced(mid + 1, high);
      const { id, offset } = ops[mid]!;
      return this.#factory.node(offset, { kind: 'call', function: name, args: [left, right] }, id);
    };
    return ops.length === 0 ? terms[0]! : balanced(0, ops.length - 1);
  }

  #binary(node: TreeNode): Expr {
    const op = node.token('op');
    const name = binaryOperators.get(op?.text ?? '');
    if (!op || !name) return this.#error(node.start.offset, 'operator not found');
    const left = this.#visit(node.node('left'));
    const id = this.#factory.next();
    return this.#call(op.offset, id, name, [left, this.#visit(node.node('right'))]);
  }

  #unary(node: TreeNode): Expr {
    const name = node.alternative === 'logicalNot' ? operators.not : operators.negate;
    const [op, ...more] = node.tokens('ops');
    if (!op) return this.#factory.node(node.start.offset, { kind: 'literal', value: '<<error>>' });
    if (more.length % 2 === 1) return this.#visit(node.node('member'));
    const id = this.#factory.next();
    return this.#call(op.offset, id, name, [this.#visit(node.node('member'))]);
  }

  #member(node: TreeNode): Expr {
    switch (node.alternative) {
      case 'select':
        return this.#select(node);
      case 'memberCall': {
        const target = this.#visit(node.node('left'));
        const id = node.token('id');
        const open = node.token('open');
        if (!id || !open) return this.#nothing(node);
        const callId = this.#factory.next();
        return this.#call(open.offset, callId, id.text, this.#list(node.node('args')), target);
      }
      default:
        return this.#index(node);
    }
  }

  #select(node: TreeNode): Expr {
    const operand = this.#visit(node.node('left'));
    const op = node.token('op');
    const ident = node.node('id');
    if (!op || !ident) return this.#nothing(node);
    const field = this.#fieldName(ident, ident.start.offset);
    if (node.token('opt')) {
      if (!this.#o.optionalSyntax) return this.#error(op.offset, "unsupported syntax '.?'");
      const id = this.#factory.next();
      const name = this.#factory.node(ident.start.offset, { kind: 'literal', value: field });
      return this.#factory.node(
        op.offset,
        { kind: 'call', function: operators.optionalSelect, args: [operand, name] },
        id,
      );
    }
    return this.#factory.node(op.offset, { kind: 'select', operand, field, testOnly: false });
  }

  #index(node: TreeNode): Expr {
    const target = this.#visit(node.node('left'));
    const op = node.token('op');
    if (!op) return this.#nothing(node);
    const id = this.#factory.next();
    const index = this.#visit(node.node('index'));
    if (node.token('opt')) {
      if (!this.#o.optionalSyntax) return this.#error(op.offset, "unsupported syntax '[?'");
      return this.#call(op.offset, id, operators.optionalIndex, [target, index]);
    }
    return this.#call(op.offset, id, operators.index, [target, index]);
  }

  #primary(node: TreeNode): Expr {
    switch (node.alternative) {
      case 'ident':
      case 'globalCall':
        return this.#name(node);
      case 'createList':
        return this.#createList(node);
      case 'createStruct': {
        const op = node.token('op');
        if (!op) return this.#nothing(node);
        const id = this.#factory.next();
        return this.#factory.node(op.offset, { kind: 'map', entries: this.#mapEntries(node.node('entries')) }, id);
      }
      case 'createMessage': {
        const op = node.token('op');
        if (!op) return this.#nothing(node);
        const name = node
          .tokens('ids')
          .map((t) => t.text)
          .join('.');
        const type = node.token('leadingDot') ? `.${name}` : name;
        const id = this.#factory.next();
        return this.#factory.node(
          op.offset,
          { kind: 'struct', type, entries: this.#fieldEntries(node.node('entries')) },
          id,
        );
      }
      default:
        return this.#nothing(node);
    }
  }

  #name(node: TreeNode): Expr {
    const id = node.token('id');
    if (!id) return this.#nothing(node);
    if (reserved.has(id.text)) return this.#error(node.start.offset, `reserved identifier: ${id.text}`);
    const name = node.token('leadingDot') ? `.${id.text}` : id.text;
    if (node.alternative === 'ident') return this.#factory.node(id.offset, { kind: 'ident', name });
    const op = node.token('op');
    if (!op) return this.#nothing(node);
    const callId = this.#factory.next();
    return this.#call(op.offset, callId, name, this.#list(node.node('args')));
  }

  #list(list: TreeNode | undefined): Expr[] {
    return list ? list.nodes('e').map((e) => this.#visit(e)) : [];
  }

  #createList(node: TreeNode): Expr {
    const op = node.token('op');
    if (!op) return this.#nothing(node);
    const id = this.#factory.next();
    const optional: number[] = [];
    const elements = (node.node('elems')?.nodes('elems') ?? []).map((e, i) => {
      const element = this.#visit(e.node('e'));
      const mark = e.token('opt');
      if (mark && !this.#o.optionalSyntax) this.#error(mark.offset, "unsupported syntax '?'");
      else if (mark) optional.push(i);
      return element;
    });
    return this.#factory.node(op.offset, { kind: 'list', elements, optional }, id);
  }

  #mapEntries(list: TreeNode | undefined): MapEntry[] {
    if (!list) return [];
    const keys = list.nodes('keys');
    const values = list.nodes('values');
    const entries: MapEntry[] = [];
    for (const [i, colon] of list.tokens('cols').entries()) {
      const id = this.#factory.next();
      const key = keys[i];
      if (!key || i >= values.length) return [];
      const optional = key.token('opt') !== undefined;
      if (optional && !this.#o.optionalSyntax) {
        this.#error(key.start.offset, "unsupported syntax '?'");
        continue;
      }
      entries.push({
        id,
        offset: colon.offset,
        key: this.#visit(key.node('e')),
        value: this.#visit(values[i]),
        optional,
      });
    }
    return entries;
  }

  #fieldEntries(list: TreeNode | undefined): FieldEntry[] {
    if (!list) return [];
    const colons = list.tokens('cols');
    const values = list.nodes('values');
    const entries: FieldEntry[] = [];
    for (const [i, field] of list.nodes('fields').entries()) {
      const colon = colons[i];
      if (!colon || i >= values.length) return [];
      const id = this.#factory.next();
      const optional = field.token('opt') !== undefined;
      if (optional && !this.#o.optionalSyntax) {
        this.#error(field.start.offset, "unsupported syntax '?'");
        continue;
      }
      const name = this.#fieldName(field.node('ident'), list.start.offset);
      entries.push({ id, offset: colon.offset, field: name, value: this.#visit(values[i]), optional });
    }
    return entries;
  }

  #fieldName(ident: TreeNode | undefined, offset: number): string {
    const token = ident?.token('id');
    if (ident?.alternative === 'simpleIdentifier' && token) return token.text;
    this.#error(
      offset,
      ident?.alternative === 'escapedIdentifier' ? "unsupported syntax: '`'" : 'unsupported ident kind',
    );
    return '';
  }

  #literal(node: TreeNode): Expr {
    const token = node.token('tok');
    if (!token) return this.#nothing(node);
    const value = literalValue(node.alternative, token, node.token('sign') !== undefined);
    if (typeof value === 'object' && value !== null && 'error' in value) {
      return this.#error(node.start.offset, value.error);
    }
    return this.#factory.node(node.start.offset, { kind: 'literal', value });
  }

  #call(offset: number, id: number, name: string, args: readonly Expr[], target?: Expr): Expr {
    const macro = this.#o.macro(name, target !== undefined, args.length);
    const expanded = macro?.expand(new MacroBuilder(this.#factory, offset), args, target);
    if (expanded instanceof MacroError) {
      this.#factory.release(id);
      return this.#error(expanded.offset, expanded.message);
    }
    if (expanded) return expanded;
    return this.#factory.node(offset, { kind: 'call', function: name, ...(target && { target }), args }, id);
  }
}
