/**
 * The text without the characters that it ends with, as long as they are this one. A regular expression looks at every run of
 * them from each of its characters, which a text of nothing else makes slow.
 */
export function withoutTrailing(text: string, character: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === character) end--;
  return text.slice(0, end);
}
