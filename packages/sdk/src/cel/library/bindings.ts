import type { Library } from '../env.ts';
import { MacroError, nameOf } from '../macro.ts';
import { bind } from './optionals.ts';

/** `cel.bind(name, value, expression)` */
export const bindingsLibrary: Library = {
  name: 'bindings',
  macros: [
    {
      name: 'bind',
      receiver: true,
      argCount: 3,
      expand(build, [arg, value, result], target) {
        if (nameOf(target!) !== 'cel') return undefined;
        const name = nameOf(arg!);
        if (name === undefined) return new MacroError(arg!, 'cel.bind() variable names must be simple identifiers');
        return bind(build, name, () => value!, result!);
      },
    },
  ],
};
