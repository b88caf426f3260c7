import {
  dns1035LabelProblems,
  dnsSubdomainProblems,
  type FieldError,
  forbiddenAt,
  invalid,
  notSupported,
  type Path,
  pathSegmentProblems,
  problemsAt,
  required,
} from '../../../machinery/index.ts';
import { validateLabelSelector } from '../../meta/label-selector-rules.ts';
import type { ParamKind, ParamRef } from '../params.ts';

export function* paramKindRules(param: ParamKind | undefined, at: Path): Iterable<FieldError> {
  if (!param) return;
  const { apiVersion = '', kind = '' } = param;
  if (!apiVersion) yield required(at.child('apiVersion'));
  else yield* apiVersionRules(apiVersion, at.child('apiVersion'));
  if (!kind) yield required(at.child('kind'));
  else {
    const problems = dns1035LabelProblems(kind.toLowerCase());
    if (problems.length) {
      const detail = `may have mixed case, but should otherwise match: ${problems.join(',')}`;
      yield invalid(at.child('kind'), kind, detail);
    }
  }
}

function* apiVersionRules(apiVersion: string, at: Path): Iterable<FieldError> {
  const parts = apiVersion.split('/');
  if (parts.length > 2) {
    yield invalid(at, apiVersion, `unexpected GroupVersion string: ${apiVersion}`);
    return;
  }
  const [group, version] = parts.length === 2 ? [parts[0]!, parts[1]!] : ['', parts[0]!];
  const ofGroup = group ? dnsSubdomainProblems(group) : [];
  if (ofGroup.length) yield invalid(at, group, ofGroup.join(','));
  if (!version) yield invalid(at, apiVersion, 'version must be specified');
  else {
    const ofVersion = dns1035LabelProblems(version);
    if (ofVersion.length) yield invalid(at, version, ofVersion.join(','));
  }
}

export function* paramRefRules(ref: ParamRef | undefined, at: Path): Iterable<FieldError> {
  if (!ref) return;
  const { name = '', selector, parameterNotFoundAction: action = '' } = ref;
  const either = 'name and selector are mutually exclusive';
  if (name) {
    yield* problemsAt(pathSegmentProblems(name), name, at.child('name'));
    if (selector) yield forbiddenAt(at.child('name'), either);
  }
  if (selector) {
    yield* validateLabelSelector(selector, at.child('selector'));
    if (name) yield forbiddenAt(at.child('selector'), either);
  }
  if (!name && !selector) yield required(at, 'one of name or selector must be specified');
  const here = at.child('parameterNotFoundAction');
  if (!action) yield required(here);
  else if (!['Deny', 'Allow'].includes(action)) yield notSupported(here, action, ['Deny', 'Allow']);
}
