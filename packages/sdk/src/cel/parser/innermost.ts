import type { TreeNode } from './tree.ts';

/** Down through the rules that only pass on what is in them. */
export function innermost(tree: TreeNode | undefined): TreeNode | undefined {
  let node = tree;
  while (node) {
    const inner = wrapped(node);
    if (!inner) return node;
    node = inner.node;
  }
  return undefined;
}

function wrapped(node: TreeNode): { readonly node: TreeNode | undefined } | undefined {
  const only = (label: string) => ({ node: node.node(label) });
  switch (node.rule.name) {
    case 'expr':
      return node.token('op') ? undefined : only('e');
    case 'conditionalOr':
    case 'conditionalAnd':
      return node.tokens('ops').length > 0 ? undefined : only('e');
    case 'relation':
      return node.token('op') ? undefined : only('calc');
    case 'calc':
      return node.token('op') ? undefined : only('unary');
    case 'unary':
      return node.alternative === 'memberExpr' ? only('member') : undefined;
    case 'member':
      return node.alternative === 'primaryExpr' ? only('primary') : undefined;
    case 'primary':
      if (node.alternative === 'nested') return only('e');
      return node.alternative === 'constantLiteral' ? only('literal') : undefined;
    default:
      return undefined;
  }
}
