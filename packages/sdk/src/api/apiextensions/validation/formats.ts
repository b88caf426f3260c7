import type { CustomResourceDefinition } from '../customresourcedefinition.ts';
import type { CustomResourceDefinitionSpec } from '../definition-spec.ts';
import type { JSONSchemaProps } from '../json-schema.ts';
import { gather } from './internal.ts';
import { somewhere } from './tolerance.ts';

const known = new Set(
  'bsonobjectid uri email hostname ipv4 ipv6 cidr mac uuid uuid3 uuid4 uuid5 isbn isbn10 isbn13 creditcard ssn hexcolor rgbcolor byte password date duration datetime k8sshortname k8slongname'.split(
    ' ',
  ),
);
const numeric: Readonly<Record<string, readonly string[]>> = {
  integer: ['int32', 'int64'],
  number: ['float', 'double'],
};

/** Formats that nothing is checked by. */
export function* formatWarnings(next: CustomResourceDefinition, old?: CustomResourceDefinition): Iterable<string> {
  const before = old ? unknownFormats(old.spec) : [];
  for (const format of unknownFormats(next.spec)) {
    if (!before.includes(format)) yield `unrecognized format ${JSON.stringify(format)}`;
  }
}

function unknownFormats(spec: CustomResourceDefinitionSpec): string[] {
  const { schema, versions } = gather(spec);
  const found: string[] = [];
  const look = ({ type = '', format = '' }: JSONSchemaProps): boolean => {
    const isText = type === '' || type === 'string';
    const isKnown = isText ? known.has(format.replaceAll('-', '')) : numeric[type]?.includes(format);
    if (format && !isKnown) found.push(format);
    return false;
  };
  for (const { openAPIV3Schema } of [schema ?? {}, ...versions.map((v) => v.schema ?? {})]) {
    if (openAPIV3Schema) somewhere(openAPIV3Schema, look);
  }
  return found;
}
