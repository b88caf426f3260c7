/** The two OpenAPIs that are spoken: 3.0, which current clients read, and 2.0 (Swagger). */
export type Dialect = 'v2' | 'v3';

export type Json = Record<string, unknown>;

export const refTo = (dialect: Dialect, name: string): string =>
  dialect === 'v2' ? `#/definitions/${name}` : `#/components/schemas/${name}`;
