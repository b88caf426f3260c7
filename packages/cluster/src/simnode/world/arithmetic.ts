const levels: readonly (readonly string[])[] = [
  ['==', '!='],
  ['<=', '>=', '<', '>'],
  ['+', '-'],
  ['*', '/', '%'],
];

/** The value of a shell's `$((…))`: whole numbers, the usual signs, variables with or without `$`; 0 for what makes no sense. */
export function arithmeticValue(text: string, lookUp: (name: string) => string): number {
  const tokens = text.match(/\d+|\$?\{?[A-Za-z_]\w*\}?|[=!<>]=|[-+*/%()<>]/g) ?? [];
  let at = 0;
  const operand = (): number => {
    const token = tokens[at++] ?? '0';
    if (token === '-') return -operand();
    if (token === '+') return operand();
    if (token === '(') {
      const inner = level(0);
      at++;
      return inner;
    }
    return Math.trunc(Number(/^\d/.test(token) ? token : lookUp(token.replace(/[${}]/g, ''))) || 0);
  };
  const level = (n: number): number => {
    if (n === levels.length) return operand();
    let left = level(n + 1);
    while (levels[n]!.includes(tokens[at] ?? '')) left = applied(tokens[at++]!, left, level(n + 1));
    return left;
  };
  return level(0);
}

function applied(sign: string, left: number, right: number): number {
  switch (sign) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return right === 0 ? 0 : Math.trunc(left / right);
    case '%':
      return right === 0 ? 0 : left % right;
    case '<':
      return Number(left < right);
    case '>':
      return Number(left > right);
    case '<=':
      return Number(left <= right);
    case '>=':
      return Number(left >= right);
    case '==':
      return Number(left === right);
    default:
      return Number(left !== right);
  }
}
