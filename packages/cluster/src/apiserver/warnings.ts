const mostCharacters = 4096;
const mostOfOne = 256;

/** What a response tells of its warnings: all of them, or where they are long, the beginnings of as many as fit. */
export function shownWarnings(warnings: readonly string[]): readonly string[] {
  const lengths = warnings.map((w) => Array.from(w).length);
  if (lengths.reduce((a, b) => a + b, 0) <= mostCharacters) return warnings;
  let left = mostCharacters;
  return warnings.flatMap((text) => {
    const beginning = Array.from(text).slice(0, mostOfOne);
    if (beginning.length > left) return [];
    left -= beginning.length;
    return beginning.join('');
  });
}
