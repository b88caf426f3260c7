const shown = 3;

/** The first three of a list and how many more there are. */
export const listText = (items: readonly string[]): string =>
  items.length > shown ? `${items.slice(0, shown).join(',')} + ${items.length - shown} more...` : items.join(',');
