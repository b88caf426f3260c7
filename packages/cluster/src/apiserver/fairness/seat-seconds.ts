/** Work is measured in seats times the seconds for which they are taken. */
export const seatSeconds = (seats: number, ms: number): number => (seats * ms) / 1000;

/** With eight decimals, as upstream writes it. */
export function seatSecondsText(work: number): string {
  return `${Math.max(0, work).toFixed(8)}ss`;
}
