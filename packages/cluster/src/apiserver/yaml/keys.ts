const isLetter = (c: string): boolean => /\p{L}/u.test(c);
const isDigit = (c: string | undefined): boolean => c !== undefined && /\p{Nd}/u.test(c);

/** The order of keys in upstream's YAML: letters after everything else, numbers by their value. */
export function byYamlKey(a: string, b: string): number {
  const [x, y] = [Array.from(a), Array.from(b)];
  let afterDigits = false;
  for (let i = 0; i < x.length && i < y.length; i++) {
    const [c, d] = [x[i]!, y[i]!];
    if (c === d) {
      afterDigits = isDigit(c);
      continue;
    }
    const [cLetter, dLetter] = [isLetter(c), isLetter(d)];
    if (cLetter && dLetter) return c < d ? -1 : 1;
    if (cLetter || dLetter) return (afterDigits ? cLetter : dLetter) ? -1 : 1;
    const [m, n] = [digitsFrom(x, i), digitsFrom(y, i)];
    if (m.value !== n.value) return m.value < n.value ? -1 : 1;
    if (m.end !== n.end) return m.end - n.end;
    return c < d ? -1 : 1;
  }
  return x.length - y.length;
}

/** The number that begins here; a zero within a number counts as the digit that it is. */
function digitsFrom(text: readonly string[], at: number): { value: number; end: number } {
  let value = 0;
  for (let j = at - 1; text[at] === '0' && j >= 0 && isDigit(text[j]); j--) if (text[j] !== '0') value = 1;
  let end = at;
  for (; isDigit(text[end]); end++) value = value * 10 + Number(text[end]);
  return { value, end };
}
