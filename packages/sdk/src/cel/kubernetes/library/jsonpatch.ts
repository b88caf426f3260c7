import type { Library } from '../../env.ts';
import { types } from '../../types.ts';
import { fn, overload, reading } from '../functions.ts';

export const jsonPatchFunctions: Library = {
  name: 'kubernetes.jsonpatch',
  functions: [
    fn(
      'jsonpatch.escapeKey',
      overload('string_jsonpatch_escapeKey_string', {
        parameters: [types.string],
        result: types.string,
        call: (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1'),
        ...reading({ keepsSize: true }),
      }),
    ),
  ],
};
