import { isObject, type JsonObject } from '@tiphys/sdk/machinery';
import { BackwardWriter } from '@tiphys/sdk/schema';
import { writeYaml } from '../../yaml/index.ts';

/**
 * Words for messages whose JSON has another structure: gnostic's of OpenAPI, in which a map is a list of named values, whatever
 * may be either of two is a message around one of them, and what is free in form is YAML in a text.
 */
export interface Word {
  /** How the value is on the wire: a number by itself, eight bytes, or something with a length. */
  readonly wire: 0 | 1 | 2;
  write(value: unknown, out: BackwardWriter): void;
  /** What needn't be written where nothing asks whether it is there. */
  isZero?(value: unknown): boolean;
}

/** A field of a message: its number, and what is in it. */
export type Entry = readonly [number: number, word: Word];

/** Fields by the names that they have in JSON, in any order. */
export interface Fields {
  readonly [name: string]: Entry | readonly [number: number, word: Word, repeated: 'repeated'];
}

export const text: Word = {
  wire: 2,
  write: (value, out) => out.text(String(value)),
  isZero: (value) => value === '',
};
export const flag: Word = {
  wire: 0,
  write: (value, out) => out.varint(value ? 1 : 0),
  isZero: (value) => value === false,
};
export const integer: Word = {
  wire: 0,
  write: (value, out) => out.varint(value as number),
  isZero: (value) => value === 0,
};
export const double: Word = {
  wire: 1,
  write: (value, out) => out.double(value as number),
  isZero: (value) => value === 0,
};

/** Anything, as YAML. */
export const any: Word = {
  wire: 2,
  write: (value, out) => field(out, 2, text, writeYaml(value)),
};

/** A message, and where those members go that have no field of their own: extensions, or whatever the map's keys are. */
export function message(fields: Fields, rest?: { extensions: number } | { named: Entry }): Word {
  const byNumber = Object.entries(fields).toSorted(([, [a]], [, [b]]) => b - a);
  const restNumber = rest && ('named' in rest ? rest.named[0] : rest.extensions);
  const restWord = rest && named('named' in rest ? rest.named[1] : any);
  return {
    wire: 2,
    write(value, out) {
      const object = value as JsonObject;
      const writeRest = () => {
        for (const pair of Object.entries(object).toReversed()) {
          if (pair[1] !== undefined && !Object.hasOwn(fields, pair[0])) field(out, restNumber!, restWord!, pair);
        }
      };
      let restIsDue = restNumber !== undefined;
      for (const [name, [number, word, repeated]] of byNumber) {
        if (restIsDue && restNumber! > number) {
          writeRest();
          restIsDue = false;
        }
        const own = object[name];
        if (own === undefined) continue;
        if (repeated) for (const item of (own as unknown[]).toReversed()) field(out, number, word, item);
        else if (!word.isZero?.(own)) field(out, number, word, own);
      }
      if (restIsDue) writeRest();
    },
  };
}

/** A map: a list of names and their values. */
export const map = (of: Word): Word => message({}, { named: [1, of] });

/** One of several, each a field of a message around it; nothing is written for what is none of them. */
export const choice = (choose: (value: unknown) => Entry | undefined): Word => ({
  wire: 2,
  write(value, out) {
    const chosen = choose(value);
    if (chosen) field(out, ...chosen, value);
  },
});

/** A message that holds itself somewhere inside. */
export const later = (of: () => Word): Word => ({ wire: 2, write: (value, out) => of().write(value, out) });

/** A list of texts, or a single one, in a message around them. */
export const texts: Word = {
  wire: 2,
  write: (value, out) => {
    for (const item of [value].flat().toReversed()) field(out, 1, text, item);
  },
};

export const isReference = (value: unknown): boolean => isObject(value) && '$ref' in value;

/** A value as a field, tag and length included. */
export function fieldOf(number: number, word: Word, value: unknown): Buffer {
  const out = new BackwardWriter();
  field(out, number, word, value);
  return out.finish();
}

/** A pair of a map. */
export const named = (of: Word): Word => ({
  wire: 2,
  write(pair, out) {
    const [name, value] = pair as [string, unknown];
    if (!of.isZero?.(value)) field(out, 2, of, value);
    field(out, 1, text, name);
  },
});

function field(out: BackwardWriter, number: number, word: Word, value: unknown): void {
  const end = out.length;
  word.write(value, out);
  if (word.wire === 2) out.varint(out.length - end);
  out.varint((number << 3) | word.wire);
}
