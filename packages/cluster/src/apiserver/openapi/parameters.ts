import type { Dialect, Json } from './dialect.ts';

export type Parameter = readonly [name: string, type: 'string' | 'boolean' | 'integer', description: string];

export const pretty: Parameter = [
  'pretty',
  'string',
  'Whether the answer is indented; the default depends on the client.',
];
const dryRun: Parameter = [
  'dryRun',
  'string',
  'What is only to be tried: `All` goes through every stage and stores nothing.',
];
export const writing: readonly Parameter[] = [
  dryRun,
  ['fieldManager', 'string', 'The name under which the written fields are owned; at most 128 characters.'],
  ['fieldValidation', 'string', 'What becomes of unknown and duplicate fields: Ignore, Warn or Strict.'],
];
export const force: Parameter = ['force', 'boolean', 'Apply takes over fields that others own.'];

const selecting: readonly Parameter[] = [
  ['continue', 'string', 'Where the last page of the list ended.'],
  ['fieldSelector', 'string', 'Only objects whose fields have these values.'],
  ['labelSelector', 'string', 'Only objects with these labels.'],
  ['limit', 'integer', 'At most so many objects in a page.'],
  ['resourceVersion', 'string', 'The revision that is asked for.'],
  ['resourceVersionMatch', 'string', 'How that revision is meant.'],
  ['sendInitialEvents', 'boolean', 'A watch begins with what is there.'],
  ['shardSelector', 'string', 'Only objects of a part of all; where the server divides them.'],
  ['timeoutSeconds', 'integer', 'How long a list or watch may take.'],
];
export const listing: readonly Parameter[] = [
  pretty,
  ['allowWatchBookmarks', 'boolean', 'A watch may be sent bookmarks.'],
  ...selecting,
  ['watch', 'boolean', 'Changes as they happen rather than what is there.'],
];
export const deleting: readonly Parameter[] = [
  dryRun,
  ['gracePeriodSeconds', 'integer', 'How long the object may take to end; 0 is at once.'],
  [
    'ignoreStoreReadErrorWithClusterBreakingPotential',
    'boolean',
    'Deletes what can no longer be read as well, whatever that breaks.',
  ],
  ['orphanDependents', 'boolean', 'Superseded by propagationPolicy.'],
  ['propagationPolicy', 'string', 'What becomes of dependents: Orphan, Background or Foreground.'],
];
export const deletingMany: readonly Parameter[] = [...selecting, ...deleting];

const container: Parameter = ['container', 'string', 'The container; not needed where the pod has one.'];
const streams: readonly Parameter[] = [
  container,
  ['stderr', 'boolean', 'Whether its error output is wanted.'],
  ['stdin', 'boolean', 'Whether it is sent input.'],
  ['stdout', 'boolean', 'Whether its output is wanted.'],
  ['tty', 'boolean', 'Whether it gets a terminal.'],
];
const proxyPath: readonly Parameter[] = [['path', 'string', 'The path to ask for behind the proxy.']];

/** What those are asked for who are connected with; by the kind of their options. */
export const connecting: Readonly<Record<string, readonly Parameter[]>> = {
  PodAttachOptions: streams,
  PodExecOptions: [['command', 'string', 'The command and its arguments, each in a parameter.'], ...streams],
  PodPortForwardOptions: [['ports', 'integer', 'Ports to be forwarded; needed over WebSocket.']],
  PodProxyOptions: proxyPath,
  NodeProxyOptions: proxyPath,
  ServiceProxyOptions: proxyPath,
};
export const logging: readonly Parameter[] = [
  container,
  ['follow', 'boolean', 'Whether what comes later is sent as well.'],
  ['insecureSkipTLSVerifyBackend', 'boolean', "Whether the node's certificate is taken as it is."],
  ['limitBytes', 'integer', 'At most so many bytes.'],
  pretty,
  ['previous', 'boolean', 'Of the container that ran before this one.'],
  ['sinceSeconds', 'integer', 'Only what is no older.'],
  ['stream', 'string', 'Stdout, Stderr or All.'],
  ['tailLines', 'integer', 'Only so many lines from the end.'],
  ['timestamps', 'boolean', 'Whether each line begins with its time.'],
];

const pathParameters: Readonly<Record<string, string>> = {
  name: 'The name of the object.',
  namespace: 'The namespace of the object.',
  path: 'The path to ask for behind the proxy.',
};

export function queryParameter(dialect: Dialect, [name, type, description]: Parameter): Json {
  const schema = { type, uniqueItems: true };
  return { name, in: 'query', description, ...(dialect === 'v3' ? { schema } : schema) };
}

export function pathParameter(dialect: Dialect, name: string): Json {
  const schema = { type: 'string', uniqueItems: true };
  const description = pathParameters[name]!;
  return { name, in: 'path', description, required: true, ...(dialect === 'v3' ? { schema } : schema) };
}
