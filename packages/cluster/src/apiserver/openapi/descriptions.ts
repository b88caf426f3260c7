import { readFile } from 'node:fs/promises';

/** Texts by class of the client library that they are read from: the class's own under `''`, its fields' under their names. */
export type Texts = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Where `scripts/descriptions.mjs` puts them at build time. */
const artefact = new URL('../../descriptions.json', import.meta.url);

/** What upstream says of its types and fields; nothing where the texts weren't built. */
export async function loadTexts(): Promise<Texts> {
  try {
    return JSON.parse(await readFile(artefact, 'utf8')) as Texts;
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw err;
  }
}

/** The texts of one definition, found under the class names that the library may have given it. */
export function textsOf(texts: Texts, definition: string): Readonly<Record<string, string>> {
  const parts = definition.split('.');
  const [kind = '', version = '', group = ''] = parts.toReversed();
  const capital = (word: string) => word.slice(0, 1).toUpperCase() + word.slice(1);
  return (
    texts[`${capital(group)}${capital(version)}${kind}`] ?? texts[`${capital(version)}${kind}`] ?? texts[kind] ?? {}
  );
}
