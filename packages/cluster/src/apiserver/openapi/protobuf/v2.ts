import { isObject } from '@tiphys/sdk/machinery';
import {
  any,
  choice,
  double,
  flag,
  integer,
  isReference,
  later,
  map,
  message,
  text,
  texts,
  type Word,
} from './words.ts';

// gnostic's messages of OpenAPI 2 (`openapi.v2`), as far as an API server's document has them.

const inner = later(() => schema);

export const schema: Word = message(
  {
    $ref: [1, text],
    format: [2, text],
    title: [3, text],
    description: [4, text],
    default: [5, any],
    multipleOf: [6, double],
    maximum: [7, double],
    exclusiveMaximum: [8, flag],
    minimum: [9, double],
    exclusiveMinimum: [10, flag],
    maxLength: [11, integer],
    minLength: [12, integer],
    pattern: [13, text],
    maxItems: [14, integer],
    minItems: [15, integer],
    uniqueItems: [16, flag],
    maxProperties: [17, integer],
    minProperties: [18, integer],
    required: [19, text, 'repeated'],
    enum: [20, any, 'repeated'],
    additionalProperties: [21, choice((value) => (isObject(value) ? [1, inner] : [2, flag]))],
    type: [22, texts],
    items: [23, choice(() => [1, inner])],
    allOf: [24, inner, 'repeated'],
    properties: [25, map(inner)],
    example: [30, any],
  },
  { extensions: 31 },
);

const externalDocs = message({ description: [1, text], url: [2, text] }, { extensions: 3 });
const reference = message({ $ref: [1, text], description: [2, text] });

const bodyParameter = message(
  { description: [1, text], name: [2, text], in: [3, text], required: [4, flag], schema: [5, schema] },
  { extensions: 6 },
);
const pathParameter = message(
  {
    required: [1, flag],
    in: [2, text],
    description: [3, text],
    name: [4, text],
    type: [5, text],
    format: [6, text],
    default: [9, any],
    pattern: [16, text],
    uniqueItems: [19, flag],
  },
  { extensions: 22 },
);
const queryParameter = message(
  {
    required: [1, flag],
    in: [2, text],
    description: [3, text],
    name: [4, text],
    allowEmptyValue: [5, flag],
    type: [6, text],
    format: [7, text],
    default: [10, any],
    pattern: [17, text],
    uniqueItems: [20, flag],
  },
  { extensions: 23 },
);

const placeOf = (value: unknown): unknown => (value as { in?: unknown }).in;
const nonBodyParameter = choice((p) => (placeOf(p) === 'path' ? [4, pathParameter] : [3, queryParameter]));
const parameter = choice((p) => (placeOf(p) === 'body' ? [1, bodyParameter] : [2, nonBodyParameter]));
const parameters = choice((p) => (isReference(p) ? [2, reference] : [1, parameter]));

const response = message({ description: [1, text], schema: [2, choice(() => [1, schema])] }, { extensions: 5 });
const responses = message({}, { named: [1, choice((r) => (isReference(r) ? [2, reference] : [1, response]))] });

export const securityRequirement = map(texts);

const operation = message(
  {
    tags: [1, text, 'repeated'],
    summary: [2, text],
    description: [3, text],
    externalDocs: [4, externalDocs],
    operationId: [5, text],
    produces: [6, text, 'repeated'],
    consumes: [7, text, 'repeated'],
    parameters: [8, parameters, 'repeated'],
    responses: [9, responses],
    schemes: [10, text, 'repeated'],
    deprecated: [11, flag],
    security: [12, securityRequirement, 'repeated'],
  },
  { extensions: 13 },
);

export const pathItem = message(
  {
    $ref: [1, text],
    get: [2, operation],
    put: [3, operation],
    post: [4, operation],
    delete: [5, operation],
    options: [6, operation],
    head: [7, operation],
    patch: [8, operation],
    parameters: [9, parameters, 'repeated'],
  },
  { extensions: 10 },
);

export const info = message({ title: [1, text], version: [2, text], description: [3, text] }, { extensions: 7 });

const apiKey = message({ type: [1, text], name: [2, text], in: [3, text], description: [4, text] }, { extensions: 5 });
export const securityDefinitions = map(choice(() => [2, apiKey]));
