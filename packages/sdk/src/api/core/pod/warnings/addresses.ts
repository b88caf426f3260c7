import { ipWarning, type Path } from '../../../../machinery/index.ts';

/** Addresses that are understood but should be written otherwise. */
export function ipWarnings(ips: readonly { readonly ip: string }[], at: Path): string[] {
  const texts: string[] = [];
  for (const [i, { ip }] of ips.entries()) {
    const why = ipWarning(ip);
    if (why) texts.push(`${String(at.index(i).child('ip'))}: ${why}`);
  }
  return texts;
}
