import {
  dnsSubdomainProblems,
  errorsOf,
  field,
  type FieldError,
  forbiddenAt,
  invalid,
  type Path,
  problemsAt,
  rangeProblem,
  required,
  tooLong,
} from '../../machinery/index.ts';
import { persistentVolumeSpecRules } from '../core/persistentvolume/rules.ts';
import { validateDriverName } from '../core/pod/validation/volume-source.ts';
import type { VolumeAttachment, VolumeAttachmentSource, VolumeError } from './volumeattachment.ts';

const longestMetadata = 256 * 1024;
const longestMessage = 1024;

export function* attachmentRules({ spec, status }: VolumeAttachment): Iterable<FieldError> {
  const at = field('spec');
  yield* errorsOf(validateDriverName, spec.attacher, at.child('attacher'));
  yield* sourceRules(spec.source, at.child('source'));
  yield* problemsAt(dnsSubdomainProblems(spec.nodeName), spec.nodeName, at.child('nodeName'));
  const here = field('status');
  let size = 0;
  for (const [key, value] of Object.entries(status.attachmentMetadata ?? {})) {
    size += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (size > longestMetadata) yield tooLong(here.child('attachmentMetadata'), longestMetadata);
  yield* errorRules(status.attachError, here.child('attachError'));
  yield* errorRules(status.detachError, here.child('detachError'));
  const { persistentVolumeName: name } = spec.source;
  if (name !== undefined)
    yield* problemsAt(dnsSubdomainProblems(name), name, field('spec.source.persistentVolumeName'));
}

function* sourceRules(
  { persistentVolumeName, inlineVolumeSpec }: VolumeAttachmentSource,
  at: Path,
): Iterable<FieldError> {
  const either = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
  if (inlineVolumeSpec && persistentVolumeName !== undefined) yield forbiddenAt(at, either);
  else if (inlineVolumeSpec)
    yield* persistentVolumeSpecRules(inlineVolumeSpec, at.child('inlineVolumeSpec'), { inline: true });
  else if (persistentVolumeName === undefined) yield required(at, either);
  else if (!persistentVolumeName) {
    yield required(at.child('persistentVolumeName'), 'must specify non empty persistentVolumeName');
  }
}

function* errorRules(error: VolumeError | undefined, at: Path): Iterable<FieldError> {
  if (!error) return;
  // Upstream tells the limit of another field.
  if (Buffer.byteLength(error.message ?? '') > longestMessage) yield tooLong(at.child('message'), longestMetadata);
  const { errorCode } = error;
  if (errorCode !== undefined && errorCode < 0) {
    yield invalid(at.child('errorCode'), errorCode, rangeProblem(0, 2147483647));
  }
}
