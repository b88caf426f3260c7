/** JSON as upstream's encoder writes it, which may be put into a page. */
export const goJson = (value: unknown): string => pageSafe(JSON.stringify(value));

/** The same JSON without characters that mean something to a page or a script. */
export const pageSafe = (json: string): string =>
  json.replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
