/**
 * Where in an object, as field errors tell it: `spec.containers[0].env[1].name`, `metadata.labels[app]`. Nearly every path that
 * a rule makes is thrown away unread, so one is three plain fields: text is made when it is printed.
 */
export class Path {
  // Declared only, so that no field is initialized before the constructor sets it.
  declare private readonly step: string | number;
  declare private readonly parent: Path | undefined;
  declare private readonly isSubscript: boolean;

  constructor(step: string | number, parent?: Path, isSubscript = false) {
    this.step = step;
    this.parent = parent;
    this.isSubscript = isSubscript;
  }

  /** A field, or one further down. */
  child(name: string, second?: string, third?: string): Path {
    const child = new Path(name, this, false);
    if (second === undefined) return child;
    return third === undefined ? new Path(second, child, false) : child.child(second, third);
  }

  index(i: number): Path {
    return new Path(i, this, true);
  }

  key(k: string): Path {
    return new Path(k, this, true);
  }

  toString(): string {
    const above = this.parent?.toString() ?? '';
    if (this.isSubscript) return `${above}[${this.step}]`;
    return this.parent ? `${above}.${this.step}` : String(this.step);
  }
}

export const field = (...names: string[]): Path => {
  const [first = '', ...rest] = names;
  return rest.reduce<Path>((parent, name) => parent.child(name), new Path(first));
};

/** Nowhere in particular, as upstream prints it. */
export const emptyPath = '[]';
