import {
  configKeyProblems,
  field,
  type FieldError,
  immutable,
  invalid,
  notSupported,
  type Path,
  problemsAt,
  qualifiedNameProblems,
  required,
} from '../../machinery/index.ts';
import { defineKind, type Kind, s, type Struct, versionOf } from '../../schema/index.ts';
import { ageColumn, nameColumn } from '../meta/columns.ts';
import { objectMeta } from '../meta/object-meta.ts';
import { compareVersions, parseVersion, type SemanticVersion } from './semantic-version.ts';

const leaseCandidateSpecShape = s.struct('io.k8s.api.coordination.v1beta1.LeaseCandidateSpec', {
  leaseName: s.req(1, s.str()),
  pingTime: s.opt(2, s.microTime()),
  renewTime: s.opt(3, s.microTime()),
  binaryVersion: s.req(4, s.str()),
  emulationVersion: s.zero(5, s.str()),
  strategy: s.needed(6, s.str()),
});
export interface LeaseCandidateSpec extends s.Out<typeof leaseCandidateSpecShape> {}
export interface LeaseCandidateSpecManifest extends s.In<typeof leaseCandidateSpecShape> {}
export const leaseCandidateSpec: Struct<LeaseCandidateSpec, LeaseCandidateSpecManifest> = leaseCandidateSpecShape;

const leaseCandidateShape = s.struct('io.k8s.api.coordination.v1beta1.LeaseCandidate', {
  metadata: s.held(1, objectMeta),
  spec: s.req(2, leaseCandidateSpec),
});
export interface LeaseCandidate extends s.Out<typeof leaseCandidateShape> {
  apiVersion?: string;
  kind?: string;
}
export interface LeaseCandidateManifest extends s.In<typeof leaseCandidateShape> {
  apiVersion?: string;
  kind?: string;
}
export const leaseCandidate: Kind<LeaseCandidate, LeaseCandidateManifest> = defineKind<
  LeaseCandidate,
  LeaseCandidateManifest
>({
  group: 'coordination.k8s.io',
  version: 'v1beta1',
  kind: 'LeaseCandidate',
  plural: 'leasecandidates',
  scope: 'Namespaced',
  deprecated: 'coordination.k8s.io/v1beta1 LeaseCandidate is deprecated in v1.36+, unavailable in v1.39+',
  createOnUpdate: true,
  anyFinalizer: true,
  unconditionalUpdate: false,
  validateName: (name) => configKeyProblems(name),
  fieldSelectors: { 'spec.leaseName': ({ spec }) => spec.leaseName },
  schema: leaseCandidateShape,

  *validate({ spec }, old) {
    const at = field('spec');
    const { leaseName, strategy, binaryVersion, emulationVersion = '' } = spec;
    if (!leaseName) yield required(at.child('leaseName'));
    const emulated = parseVersion(emulationVersion);
    const binary = parseVersion(binaryVersion);
    if (emulationVersion && !emulated) yield invalid(at.child('emulationVersion'), emulationVersion, notAVersion);
    if (!binaryVersion) yield required(at.child('binaryVersion'));
    else if (!binary) yield invalid(at.child('binaryVersion'), binaryVersion, notAVersion);
    if (binaryVersion && emulationVersion && compareVersions(binary ?? zero, emulated ?? zero) < 0) {
      const why = 'must be greater than or equal to `emulationVersion`';
      yield invalid(at.child('binaryVersion'), binaryVersion, why);
    }
    if (!strategy) yield required(at.child('strategy'));
    else {
      if (strategy === oldestEmulation && compareVersions(emulated ?? zero, zero) === 0) {
        yield required(at.child('emulationVersion'), `must be specified when \`strategy\` is '${oldestEmulation}'`);
      }
      yield* strategyRules(strategy, at.child('strategy'));
    }
    if (old) yield* immutable(leaseName, old.spec.leaseName, at.child('leaseName'));
  },
  columns: [
    nameColumn,
    { name: 'LeaseName', type: 'string', field: 'spec.leaseName', value: ({ spec }) => spec.leaseName },
    { name: 'BinaryVersion', type: 'string', value: ({ spec }) => spec.binaryVersion },
    { name: 'EmulationVersion', type: 'string', value: ({ spec }) => spec.emulationVersion ?? '' },
    ageColumn,
  ],
});

export const leaseCandidateV1Alpha2 = versionOf(leaseCandidate, 'v1alpha2', { deprecated: '1.35', removed: '1.38' });

const notAVersion = 'must be a valid semantic version';
const oldestEmulation = 'OldestEmulationVersion';
const zero: SemanticVersion = { numbers: [0, 0, 0], prerelease: [] };

/** One of Kubernetes' own, or somebody's by a qualified name. Upstream tells it one level too deep. */
export function* strategyRules(strategy: string, at: Path): Iterable<FieldError> {
  const here = at.child('strategy');
  if (strategy.includes('/')) yield* problemsAt(qualifiedNameProblems(strategy), strategy, here);
  else if (strategy !== oldestEmulation) yield notSupported(here, strategy, [oldestEmulation]);
}
