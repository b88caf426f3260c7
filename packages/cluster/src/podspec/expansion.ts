/**
 * `$(NAME)` in commands, arguments and values of the environment. `$$` is a dollar sign, and a reference to a name that isn't
 * defined stays as it is written: the process gets to see it.
 */
export function expand(text: string, lookUp: (name: string) => string | undefined): string {
  return text.replaceAll(/\$(\$|\(([^)]*)\))/g, (whole, _token, name: string | undefined) =>
    name === undefined ? '$' : (lookUp(name) ?? whole),
  );
}
