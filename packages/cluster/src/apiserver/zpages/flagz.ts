import { warning } from './statusz.ts';

export const flagsText = (flags: ReadonlyMap<string, string>): string =>
  warning('flagz') +
  [...flags]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name} ${value}\n`)
    .join('');
