import type { Pacer } from '@tiphys/sdk/runtime';
import { fieldHead } from '@tiphys/sdk/schema';
import type { Definitions } from './definitions.ts';
import type { Json } from './dialect.ts';
import type { Outline } from './outline.ts';
import * as v2 from './protobuf/v2.ts';
import * as v3 from './protobuf/v3.ts';
import { fieldOf, named, text, type Word } from './protobuf/words.ts';

const schemes = {
  BearerToken: { description: 'Bearer Token authentication', type: 'apiKey', name: 'authorization', in: 'header' },
};
const security = [{ BearerToken: [] }];

/** A document as JSON, text by text, so that none is written in one go. */
export async function* jsonPieces(
  { info, dialect, paths, names }: Outline,
  definitions: Definitions,
  pacer: Pacer,
): AsyncIterable<Buffer> {
  const isV3 = dialect === 'v3';
  yield Buffer.from(`${isV3 ? '{"openapi":"3.0.0"' : '{"swagger":"2.0"'},"info":${JSON.stringify(info)},"paths":{`);
  let separator = '';
  for (const [path, item] of paths) {
    yield Buffer.from(`${separator}${JSON.stringify(path)}:${JSON.stringify(item)}`);
    separator = ',';
    await pacer.turn();
  }
  yield Buffer.from(isV3 ? '},"components":{"schemas":{' : '},"definitions":{');
  separator = '';
  for (const name of definitions.reachable(names)) {
    yield Buffer.from(`${separator}${JSON.stringify(name)}:${definitions.text(name)}`);
    separator = ',';
    await pacer.turn();
  }
  yield Buffer.from(
    isV3
      ? `},"securitySchemes":${JSON.stringify(schemes)}}}`
      : `},"securityDefinitions":${JSON.stringify(schemes)},"security":${JSON.stringify(security)}}`,
  );
}

/** The same document as a message, field by field. */
export async function protobufPieces(
  { info, dialect, paths, names }: Outline,
  definitions: Definitions,
  pacer: Pacer,
): Promise<Buffer[]> {
  const { pathItem, schema } = dialect === 'v3' ? v3 : v2;
  const pathFields = await fields(dialect === 'v3' ? 1 : 2, pathItem, paths, pacer);
  const schemaFields = await fields(1, schema, schemasOf(definitions, names), pacer);
  if (dialect === 'v3') {
    return [
      fieldOf(1, text, '3.0.0'),
      fieldOf(2, v3.info, info),
      ...around(4, pathFields),
      ...around(5, [...around(1, schemaFields), fieldOf(7, v3.securitySchemes, schemes)]),
    ];
  }
  return [
    fieldOf(1, text, '2.0'),
    fieldOf(2, v2.info, info),
    ...around(8, pathFields),
    ...around(9, schemaFields),
    ...security.map((requirement) => fieldOf(12, v2.securityRequirement, requirement)),
    fieldOf(13, v2.securityDefinitions, schemes),
  ];
}

function* schemasOf(definitions: Definitions, names: Iterable<string>): Iterable<[string, Json]> {
  for (const name of definitions.reachable(names)) yield [name, definitions.schema(name)];
}

/** Each of a map's pairs as a field of its own. */
async function fields(
  number: number,
  of: Word,
  pairs: Iterable<readonly [string, object]>,
  pacer: Pacer,
): Promise<Buffer[]> {
  const word = named(of);
  const out: Buffer[] = [];
  for (const pair of pairs) {
    out.push(fieldOf(number, word, pair));
    await pacer.turn();
  }
  return out;
}

/** Pieces as the content of one field. */
const around = (number: number, pieces: readonly Buffer[]): Buffer[] => [
  fieldHead(
    number,
    pieces.reduce((sum, p) => sum + p.length, 0),
  ),
  ...pieces,
];
