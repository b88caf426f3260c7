import type { Library } from '../../env.ts';
import { types } from '../../types.ts';
import { EvalError, intOf, OpaqueValue, type Value } from '../../values.ts';
import { costing, fn, member, overload, reading } from '../functions.ts';
import { compareVersions, parseLooseVersion, parseVersion, type SemanticVersion } from '../semantic-version.ts';

const semverType = types.object('kubernetes.Semver');

class SemverValue extends OpaqueValue {
  readonly type = semverType;
  readonly version: SemanticVersion;

  constructor(version: SemanticVersion) {
    super();
    this.version = version;
  }

  equals(other: Value): boolean | EvalError {
    if (!(other instanceof SemverValue)) return new EvalError('no such overload');
    return compareVersions(this.version, other.version) === 0;
  }
}

function readSemver(text: string, normalize = false): SemverValue | EvalError {
  try {
    return new SemverValue(normalize ? parseLooseVersion(text) : parseVersion(text));
  } catch (err) {
    return new EvalError((err as Error).message);
  }
}

const isSemver = (text: string, normalize?: boolean): boolean => readSemver(text, normalize) instanceof SemverValue;

const number = (name: 'major' | 'minor' | 'patch') =>
  fn(
    name,
    member(`semver_${name}`, {
      parameters: [semverType],
      result: types.int,
      call: ({ version }: SemverValue) => intOf(BigInt.asIntN(64, version[name]))!,
      ...costing(1),
    }),
  );

const comparison = (name: string, id: string, of: (order: -1 | 0 | 1) => boolean | number) =>
  fn(
    name,
    member(id, {
      parameters: [semverType, semverType],
      result: name === 'compareTo' ? types.int : types.bool,
      call: (a: SemverValue, b: SemverValue) => of(compareVersions(a.version, b.version)),
      ...costing(1),
    }),
  );

const textAndHow = [types.string, types.bool];

export const semverFunctions: Library = {
  name: 'kubernetes.Semver',
  functions: [
    fn(
      'semver',
      overload('string_to_semver', {
        parameters: [types.string],
        result: semverType,
        call: (text: string) => readSemver(text),
        ...reading(),
      }),
      overload('string_bool_to_semver', { parameters: textAndHow, result: semverType, call: readSemver, ...reading() }),
    ),
    fn(
      'isSemver',
      overload('is_semver_string', {
        parameters: [types.string],
        result: types.bool,
        call: (text: string) => isSemver(text),
        ...reading(),
      }),
      overload('is_semver_string_bool', { parameters: textAndHow, result: types.bool, call: isSemver, ...reading() }),
    ),
    comparison('isGreaterThan', 'semver_is_greater_than', (order) => order > 0),
    comparison('isLessThan', 'semver_is_less_than', (order) => order < 0),
    comparison('compareTo', 'semver_compare_to', (order) => order),
    number('major'),
    number('minor'),
    number('patch'),
  ],
};
