/** Ends a parse with a last word about the whole expression, if there is one to say. */
export class ParseAborted extends Error {}
