import assert from 'node:assert/strict';
import type { Outcome } from './raw-client.ts';
import type { TestListener } from './served.ts';
import type { RawClient } from './raw-client.ts';

/** Longer than anything here takes on a machine that has other work too: what lasts longer hangs. */
export const hangsAfterMs = 300_000;
/** The same, for one of many. */
export const rowHangsAfterMs = 20_000;

/** An outcome as tables have it: `200`, `reset CANCEL`, `goaway PROTOCOL_ERROR`, `closed`. */
export function inShort(outcome: Outcome): string {
  if ('status' in outcome) return String(outcome.status);
  if ('reset' in outcome) return `reset ${outcome.reset}`;
  if ('goaway' in outcome) return `goaway ${outcome.goaway}`;
  return 'closed';
}

export function assertOneOf(actual: string, wanted: readonly string[]): void {
  assert.ok(wanted.includes(actual), `${actual}, where it should be ${wanted.join(' or ')}`);
}

/** A client is still served. */
export async function assertServed(client: RawClient): Promise<void> {
  const outcome = await client.outcome(client.get('/bytes/10'));
  assert.equal(inShort(outcome), '200');
}

/** What went wrong on a stream was that stream's alone; what went wrong with a connection ended that and no other. */
export async function assertScope(client: RawClient, outcome: string, listener: TestListener): Promise<void> {
  if (/^\d|^reset/.test(outcome)) return assertServed(client);
  await client.whenEnded();
  const other = await listener.client();
  await assertServed(other);
  other.destroy();
}
