import { statSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { compileAccessCondition } from '@tiphys/sdk/cel';
import {
  dnsSubdomainProblems,
  duplicate,
  field,
  type FieldError,
  goDuration,
  internalAt,
  invalid,
  notSupported,
  type Path,
  required,
  textNotSupported,
  tooMany,
} from '@tiphys/sdk/machinery';
import { durationIn } from '../../config-file/index.ts';
import type { AuthorizationConfiguration, AuthorizerConfiguration, WebhookConfiguration } from './kinds.ts';

const knownTypes = ['ABAC', 'AlwaysAllow', 'AlwaysDeny', 'Node', 'RBAC', 'Webhook'];
const mostConditions = 64;
const longestTimeoutMs = 30_000;

/** What is wrong with a configuration, in upstream's order. */
export function* configurationErrors({ authorizers = [] }: AuthorizationConfiguration): Iterable<FieldError> {
  const path = field('authorizers');
  if (!authorizers.length) yield required(path, 'at least one authorization mode must be defined');
  const types = new Set<string>();
  const names = new Set<string>();
  for (const [i, authorizer] of authorizers.entries()) {
    const at = path.index(i);
    const { type = '', name = '' } = authorizer;
    if (!type) yield required(at.child('type'));
    else if (!knownTypes.includes(type)) yield textNotSupported(at.child('type'), type, knownTypes);
    else if (types.has(type) && type !== 'Webhook') yield duplicate(at.child('type'), type);
    else {
      types.add(type);
      yield* nameErrors(name, names, at.child('name'));
      names.add(name);
      yield* webhookErrors(authorizer, at);
    }
  }
}

function* nameErrors(name: string, before: ReadonlySet<string>, at: Path): Iterable<FieldError> {
  if (!name) return yield required(at);
  if (before.has(name)) return yield duplicate(at, name);
  const problems = dnsSubdomainProblems(name);
  if (problems.length) yield invalid(at, name, `authorizer name is invalid: ${problems.join(', ')}`);
}

function* webhookErrors({ type, webhook }: AuthorizerConfiguration, at: Path): Iterable<FieldError> {
  if (type !== 'Webhook') {
    if (webhook) yield invalid(at.child('webhook'), 'non-null', 'may only be specified when type=Webhook');
    return;
  }
  if (!webhook) return yield required(at.child('webhook'), 'required when type=Webhook');
  // Upstream leaves `webhook` out of the paths.
  const timeout = durationIn(webhook.timeout);
  if (!timeout) yield required(at.child('timeout'));
  else if (timeout > longestTimeoutMs || timeout < 0) {
    yield invalid(at.child('timeout'), durationText(timeout), 'must be > 0s and <= 30s');
  }
  for (const name of ['authorizedTTL', 'unauthorizedTTL'] as const) {
    const ttl = durationIn(webhook[name]);
    if (ttl < 0) yield invalid(at.child(name), durationText(ttl), 'must be > 0s');
  }
  yield* versionErrors(webhook, at);
  const { failurePolicy = '' } = webhook;
  if (!failurePolicy) yield required(at.child('failurePolicy'));
  else if (failurePolicy !== 'NoOpinion' && failurePolicy !== 'Deny') {
    yield textNotSupported(at.child('failurePolicy'), failurePolicy, ['NoOpinion', 'Deny']);
  }
  yield* connectionErrors(webhook, at.child('connectionInfo'));
  yield* conditionErrors(webhook.matchConditions ?? [], at.child('matchConditions'));
}

const durationText = (ms: number): string => (ms < 0 ? `-${goDuration(-ms)}` : goDuration(ms));

function* versionErrors(webhook: WebhookConfiguration, at: Path): Iterable<FieldError> {
  const { subjectAccessReviewVersion: asked = '', matchConditions = [] } = webhook;
  const { matchConditionSubjectAccessReviewVersion: matched = '' } = webhook;
  const [askedAt, matchedAt] = [
    at.child('subjectAccessReviewVersion'),
    at.child('matchConditionSubjectAccessReviewVersion'),
  ];
  if (!asked) yield required(askedAt);
  else if (asked !== 'v1' && asked !== 'v1beta1') yield textNotSupported(askedAt, asked, ['v1', 'v1beta1']);
  if (!matched) {
    if (matchConditions.length) yield required(matchedAt, 'required if match conditions are specified');
  } else if (matched !== 'v1') yield textNotSupported(matchedAt, matched, ['v1']);
}

function* connectionErrors({ connectionInfo }: WebhookConfiguration, at: Path): Iterable<FieldError> {
  const { type = '', kubeConfigFile: file } = connectionInfo ?? {};
  const fileAt = at.child('kubeConfigFile');
  switch (type) {
    case '':
      return yield required(at.child('type'));
    case 'InClusterConfig':
      if (file !== undefined) yield invalid(fileAt, file, 'can only be set when type=KubeConfigFile');
      return;
    case 'KubeConfigFile': {
      if (!file) return yield required(fileAt);
      if (!isAbsolute(file)) return yield invalid(fileAt, file, 'must be an absolute path');
      const problem = fileProblem(file);
      if (problem) yield invalid(fileAt, file, problem);
      return;
    }
    default:
      // Upstream prints the whole of it.
      yield notSupported(at.child('type'), { Type: type, KubeConfigFile: file ?? null }, [
        'InClusterConfig',
        'KubeConfigFile',
      ]);
  }
}

function fileProblem(file: string): string | undefined {
  try {
    return statSync(file).isFile() ? undefined : 'must be a regular file';
  } catch (err) {
    const { code, message } = err as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'no such file or directory' : code === 'EACCES' ? 'permission denied' : message;
    return `error loading file: stat ${file}: ${why}`;
  }
}

function* conditionErrors(conditions: readonly { expression?: string }[], at: Path): Iterable<FieldError> {
  if (conditions.length > mostConditions) return yield tooMany(at, conditions.length, mostConditions);
  const seen = new Set<string>();
  for (const [i, { expression = '' }] of conditions.entries()) {
    const here = at.index(i).child('expression');
    if (!expression.trim()) yield required(here);
    else if (seen.has(expression)) yield duplicate(here, expression);
    else {
      seen.add(expression);
      const compiled = compileAccessCondition(expression);
      if (!('problem' in compiled)) continue;
      yield compiled.isInternal ? internalAt(here, compiled.problem) : invalid(here, expression, compiled.problem);
    }
  }
}
