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

// gnostic's messages of OpenAPI 3 (`openapi.v3`), as far as an API server's documents have them.

const reference = message({ $ref: [1, text], summary: [2, text], description: [3, text] });
const orReference = (word: Word): Word => choice((value) => (isReference(value) ? [2, reference] : [1, word]));

/** A number, a boolean or a text: there is no message for other defaults, which leave an empty one. */
const defaultType = choice((value) => {
  if (typeof value === 'number') return [1, double];
  if (typeof value === 'boolean') return [2, flag];
  return typeof value === 'string' ? [3, text] : undefined;
});

const inner = later(() => schema);

const plainSchema: Word = message(
  {
    nullable: [1, flag],
    readOnly: [3, flag],
    writeOnly: [4, flag],
    example: [7, any],
    deprecated: [8, flag],
    title: [9, text],
    multipleOf: [10, double],
    maximum: [11, double],
    exclusiveMaximum: [12, flag],
    minimum: [13, double],
    exclusiveMinimum: [14, flag],
    maxLength: [15, integer],
    minLength: [16, integer],
    pattern: [17, text],
    maxItems: [18, integer],
    minItems: [19, integer],
    uniqueItems: [20, flag],
    maxProperties: [21, integer],
    minProperties: [22, integer],
    required: [23, text, 'repeated'],
    enum: [24, any, 'repeated'],
    type: [25, text],
    allOf: [26, inner, 'repeated'],
    oneOf: [27, inner, 'repeated'],
    anyOf: [28, inner, 'repeated'],
    not: [29, later(() => plainSchema)],
    items: [30, choice(() => [1, inner])],
    properties: [31, map(inner)],
    additionalProperties: [32, choice((value) => (isObject(value) ? [1, inner] : [2, flag]))],
    default: [33, defaultType],
    description: [34, text],
    format: [35, text],
  },
  { extensions: 36 },
);

export const schema = orReference(plainSchema);

const mediaType = message({ schema: [1, schema], example: [2, any] }, { extensions: 5 });
const mediaTypes = map(mediaType);

const parameter = orReference(
  message(
    {
      name: [1, text],
      in: [2, text],
      description: [3, text],
      required: [4, flag],
      deprecated: [5, flag],
      allowEmptyValue: [6, flag],
      schema: [10, schema],
      content: [13, mediaTypes],
    },
    { extensions: 14 },
  ),
);

const requestBody = orReference(
  message({ description: [1, text], content: [2, mediaTypes], required: [3, flag] }, { extensions: 4 }),
);

const response = orReference(message({ description: [1, text], content: [3, mediaTypes] }, { extensions: 5 }));
const responses = message({ default: [1, response] }, { named: [2, response] });

const operation = message(
  {
    tags: [1, text, 'repeated'],
    summary: [2, text],
    description: [3, text],
    operationId: [5, text],
    parameters: [6, parameter, 'repeated'],
    requestBody: [7, requestBody],
    responses: [8, responses],
    deprecated: [10, flag],
    security: [11, map(texts), 'repeated'],
  },
  { extensions: 13 },
);

export const pathItem = message(
  {
    $ref: [1, text],
    summary: [2, text],
    description: [3, text],
    get: [4, operation],
    put: [5, operation],
    post: [6, operation],
    delete: [7, operation],
    options: [8, operation],
    head: [9, operation],
    patch: [10, operation],
    parameters: [13, parameter, 'repeated'],
  },
  { extensions: 14 },
);

export const info = message({ title: [1, text], description: [2, text], version: [6, text] }, { extensions: 7 });

export const securitySchemes = map(
  orReference(
    message(
      { type: [1, text], description: [2, text], name: [3, text], in: [4, text], scheme: [5, text] },
      { extensions: 9 },
    ),
  ),
);
