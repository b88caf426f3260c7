const leastWidth = 8;

/** Rows for people and scripts, as Go's tabwriter aligns them: columns that end with a comma and a space, the last as it is. */
export function tableText(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.slice(0, -1).entries()) {
      widths[i] = Math.max(widths[i] ?? leastWidth, Array.from(cell).length + ', '.length);
    }
  }
  const line = (row: readonly string[]) =>
    row.map((cell, i) => (i < row.length - 1 ? padded(`${cell},`, widths[i]!) : cell)).join('');
  return rows.map((row) => `${line(row)}\n`).join('');
}

const padded = (text: string, width: number): string => text + ' '.repeat(width - Array.from(text).length);
