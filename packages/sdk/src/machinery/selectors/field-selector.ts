/** One condition of a `fieldSelector` query. */
export interface FieldRequirement {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/**
 * A `fieldSelector` query (`a=b,c!=d`, `\` escapes `,`, `=` and itself). Throws an `Error` with upstream's words. A term that
 * names neither field nor value asks nothing.
 */
export function parseFieldSelector(text: string): FieldRequirement[] {
  return termsOf(text)
    .filter((t) => t !== '')
    .sort()
    .map((term) => {
      const m = /^((?:\\.|[^=!\\])*?)(!=|==|=)(.*)$/s.exec(term);
      if (!m) throw new Error(`invalid selector: '${text}'; can't understand '${term}'`);
      const operator = m[2] === '!=' ? '!=' : '=';
      return { field: m[1]!, operator, value: unescaped(m[3]!) } satisfies FieldRequirement;
    })
    .filter(({ field, value }) => field !== '' || value !== '');
}

function termsOf(text: string): string[] {
  const terms: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === ',') {
      terms.push(text.slice(start, i));
      start = i + 1;
    }
  }
  return [...terms, text.slice(start)];
}

function unescaped(value: string): string {
  let out = '';
  for (let i = 0; i < value.length; i++) {
    const c = value[i]!;
    if (c === '\\') {
      const next = value[++i];
      if (next === undefined || !'\\,='.includes(next)) {
        throw new Error(`invalid field selector: invalid escape sequence: \\${next ?? ''}`);
      }
      out += next;
    } else if (c === ',' || c === '=') {
      throw new Error(`invalid field selector: unescaped character in value: ${c.charCodeAt(0)}`);
    } else out += c;
  }
  return out;
}
