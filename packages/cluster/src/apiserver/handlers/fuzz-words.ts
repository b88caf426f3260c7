/** Pieces of the languages that clients send, for tests that send nonsense in them. */
const pieces = (text: string): readonly string[] => text.split(' ');

export const json = pieces(String.raw`{ } [ ] : , "a" "metadata" "\ud800" 1 -2.0 1e2 null true "`);

export const yaml = [
  ...pieces(String.raw`a & * ? : - | > " ' { } [ ] , # --- 0o7 ~ 2001-01-01 % |+ >2- !<tag:yaml.org,2002:str>`),
  ': ',
  '\n',
  '  ',
  '- ',
  '? ',
  '&x ',
  '*x',
  '!!binary ',
  '!!int ',
  '!!timestamp ',
  '<<: ',
  '\t',
];

export const continueTokens = [...json, ...pieces('meta.k8s.io/v1 "v" "rv" "start" ../ /')];

/** Tags of fields, and lengths. */
export const protobuf = [
  '\x08',
  '\x0a',
  '\x10',
  '\x12',
  '\x1a',
  '\x22',
  '\x01',
  '\x80',
  '\xff\xff\xff\xff\x0f',
  'name',
];
export const envelopes = [...protobuf, 'k8s\0', 'apps/v1', 'Deployment'];

export const bodies = [
  ...json,
  ...pieces('"spec" "template" "containers" "name" "c" "ports" "containerPort" "env" "d" "labels" "app" "finalizers"'),
  ...pieces('"apiVersion":"apps/v1" "kind":"Deployment" "managedFields" "fieldsV1" "f:spec" "fieldsType" "manager"'),
  String.raw`"k:{\"name\":\"c\"}"`,
];
export const deleteOptions = [
  ...bodies,
  ...pieces('"preconditions" "uid" "Orphan" "propagationPolicy" "gracePeriodSeconds" "dryRun" "All"'),
];
export const jsonPatches = [
  ...json,
  ...pieces('"op" "path" "from" "value" "add" "remove" "replace" "move" "copy" "test"'),
  ...pieces('/metadata /spec /template /containers /0 /- /name /labels ~0 ~1 /__proto__'),
];
export const strategicPatches = [
  ...bodies,
  ...pieces('"$patch" "delete" "merge" "replace" "$retainKeys" "$setElementOrder/containers" "$setElementOrder/ports"'),
  '"$deleteFromPrimitiveList/finalizers"',
];
export const queries = [
  ...pieces(
    '& = % %2C %00 labelSelector= fieldSelector= limit= continue= resourceVersion= resourceVersionMatch= Exact',
  ),
  ...pieces('NotOlderThan timeoutSeconds= pretty= metadata.name%3D 0 1 sendInitialEvents= allowWatchBookmarks= true'),
];
