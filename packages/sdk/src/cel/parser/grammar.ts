import type { TokenName } from './tokens.ts';

/** What a rule is made of. `label` names what was matched in the tree; a label used twice collects. */
export type Element =
  | { readonly kind: 'token'; readonly names: readonly TokenName[]; readonly label: string | undefined }
  | { readonly kind: 'rule'; readonly rule: RuleName; readonly label: string; readonly precedence: number }
  | { readonly kind: 'optional' | 'star' | 'plus'; readonly body: readonly Element[] };

export interface Alternative {
  readonly name: string;
  readonly elements: readonly Element[];
}

/**
 * A rule with `suffixes` is left-recursive: its first alternative, then any of these, each around what came before (`left`),
 * as long as they bind at least as strongly as the caller asks.
 */
export interface Rule {
  readonly alternatives: readonly Alternative[];
  readonly suffixes?: readonly (Alternative & { readonly precedence: number })[];
}

export type RuleName =
  | 'start'
  | 'expr'
  | 'conditionalOr'
  | 'conditionalAnd'
  | 'relation'
  | 'calc'
  | 'unary'
  | 'member'
  | 'primary'
  | 'exprList'
  | 'listInit'
  | 'fieldInitializerList'
  | 'optField'
  | 'mapInitializerList'
  | 'escapeIdent'
  | 'optExpr'
  | 'literal';

const t = (name: TokenName, label?: string): Element => ({ kind: 'token', names: [name], label });
const anyOf = (names: readonly TokenName[], label: string): Element => ({ kind: 'token', names, label });
const r = (rule: RuleName, label: string, precedence = 0): Element => ({ kind: 'rule', rule, label, precedence });
const opt = (...body: readonly Element[]): Element => ({ kind: 'optional', body });
const star = (...body: readonly Element[]): Element => ({ kind: 'star', body });
const plus = (...body: readonly Element[]): Element => ({ kind: 'plus', body });
const alt = (name: string, ...elements: readonly Element[]): Alternative => ({ name, elements });
const one = (...elements: readonly Element[]): Rule => ({ alternatives: [alt('', ...elements)] });
const suffix = (precedence: number, name: string, ...elements: readonly Element[]) => ({ name, elements, precedence });

/** The grammar of CEL, shaped as its published one: which rules there are shows in the messages about what fits none. */
export const grammar: Readonly<Record<RuleName, Rule>> = {
  start: one(r('expr', 'e'), t('<EOF>')),
  expr: one(r('conditionalOr', 'e'), opt(t("'?'", 'op'), r('conditionalOr', 'e1'), t("':'"), r('expr', 'e2'))),
  conditionalOr: one(r('conditionalAnd', 'e'), star(t("'||'", 'ops'), r('conditionalAnd', 'e1'))),
  conditionalAnd: one(r('relation', 'e'), star(t("'&&'", 'ops'), r('relation', 'e1'))),
  relation: {
    alternatives: [alt('', r('calc', 'calc'))],
    suffixes: [
      suffix(1, '', anyOf(["'<'", "'<='", "'>='", "'>'", "'=='", "'!='", "'in'"], 'op'), r('relation', 'right', 2)),
    ],
  },
  calc: {
    alternatives: [alt('', r('unary', 'unary'))],
    suffixes: [
      suffix(2, '', anyOf(["'*'", "'/'", "'%'"], 'op'), r('calc', 'right', 3)),
      suffix(1, '', anyOf(["'+'", "'-'"], 'op'), r('calc', 'right', 2)),
    ],
  },
  unary: {
    alternatives: [
      alt('memberExpr', r('member', 'member')),
      alt('logicalNot', plus(t("'!'", 'ops')), r('member', 'member')),
      alt('negate', plus(t("'-'", 'ops')), r('member', 'member')),
    ],
  },
  member: {
    alternatives: [alt('primaryExpr', r('primary', 'primary'))],
    suffixes: [
      suffix(3, 'select', t("'.'", 'op'), opt(t("'?'", 'opt')), r('escapeIdent', 'id')),
      suffix(
        2,
        'memberCall',
        t("'.'", 'op'),
        t('IDENTIFIER', 'id'),
        t("'('", 'open'),
        opt(r('exprList', 'args')),
        t("')'"),
      ),
      suffix(1, 'index', t("'['", 'op'), opt(t("'?'", 'opt')), r('expr', 'index'), t("']'")),
    ],
  },
  primary: {
    alternatives: [
      alt('ident', opt(t("'.'", 'leadingDot')), t('IDENTIFIER', 'id')),
      alt(
        'globalCall',
        opt(t("'.'", 'leadingDot')),
        t('IDENTIFIER', 'id'),
        t("'('", 'op'),
        opt(r('exprList', 'args')),
        t("')'"),
      ),
      alt('nested', t("'('"), r('expr', 'e'), t("')'")),
      alt('createList', t("'['", 'op'), opt(r('listInit', 'elems')), opt(t("','")), t("']'")),
      alt('createStruct', t("'{'", 'op'), opt(r('mapInitializerList', 'entries')), opt(t("','")), t("'}'")),
      alt(
        'createMessage',
        opt(t("'.'", 'leadingDot')),
        t('IDENTIFIER', 'ids'),
        star(t("'.'"), t('IDENTIFIER', 'ids')),
        t("'{'", 'op'),
        opt(r('fieldInitializerList', 'entries')),
        opt(t("','")),
        t("'}'"),
      ),
      alt('constantLiteral', r('literal', 'literal')),
    ],
  },
  exprList: one(r('expr', 'e'), star(t("','"), r('expr', 'e'))),
  listInit: one(r('optExpr', 'elems'), star(t("','"), r('optExpr', 'elems'))),
  fieldInitializerList: one(
    r('optField', 'fields'),
    t("':'", 'cols'),
    r('expr', 'values'),
    star(t("','"), r('optField', 'fields'), t("':'", 'cols'), r('expr', 'values')),
  ),
  optField: one(opt(t("'?'", 'opt')), r('escapeIdent', 'ident')),
  mapInitializerList: one(
    r('optExpr', 'keys'),
    t("':'", 'cols'),
    r('expr', 'values'),
    star(t("','"), r('optExpr', 'keys'), t("':'", 'cols'), r('expr', 'values')),
  ),
  escapeIdent: {
    alternatives: [alt('simpleIdentifier', t('IDENTIFIER', 'id')), alt('escapedIdentifier', t('ESC_IDENTIFIER', 'id'))],
  },
  optExpr: one(opt(t("'?'", 'opt')), r('expr', 'e')),
  literal: {
    alternatives: [
      alt('int', opt(t("'-'", 'sign')), t('NUM_INT', 'tok')),
      alt('uint', t('NUM_UINT', 'tok')),
      alt('double', opt(t("'-'", 'sign')), t('NUM_FLOAT', 'tok')),
      alt('string', t('STRING', 'tok')),
      alt('bytes', t('BYTES', 'tok')),
      alt('boolTrue', t("'true'", 'tok')),
      alt('boolFalse', t("'false'", 'tok')),
      alt('null', t("'null'", 'tok')),
    ],
  },
};
