import { readFileSync } from 'node:fs';

/** Texts by class of the client library that they are read from: a line of JSON each, read when somebody wants it. */
export type Texts = ReadonlyMap<string, string>;

/** A definition's own text under `''`, its fields' under their names. */
type DefinitionTexts = Readonly<Record<string, string>>;

/** Where `scripts/descriptions.mjs` puts them at build time: lines of a class's name, a tab, and its texts. */
const artefact = new URL('../../descriptions.txt', import.meta.url);

/** What upstream says of its types and fields; nothing where the texts weren't built. */
export function loadTexts(): Texts {
  try {
    const lines = readFileSync(artefact, 'utf8').split('\n');
    return new Map(lines.map((line) => [line.slice(0, line.indexOf('\t')), line.slice(line.indexOf('\t') + 1)]));
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    throw err;
  }
}

/** The texts of one definition, found under the class names that the library may have given it. */
export function textsOf(texts: Texts, definition: string): DefinitionTexts {
  const [kind = '', version = '', group = ''] = definition.split('.').toReversed();
  const capital = (word: string) => word.slice(0, 1).toUpperCase() + word.slice(1);
  const names = [`${capital(group)}${capital(version)}${kind}`, `${capital(version)}${kind}`, kind];
  const found = names.find((name) => texts.has(name));
  return found === undefined ? {} : (JSON.parse(texts.get(found)!) as DefinitionTexts);
}
