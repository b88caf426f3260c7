import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import type { Client } from '@tiphys/sdk/client';
import { systemClock } from '@tiphys/sdk/runtime';
import { DelegatedAccess } from './access.ts';

/** An API server that knows one token. */
const client = {
  create: (_kind: unknown, { spec }: { spec: { token: string } }) =>
    Promise.resolve({ status: spec.token === 'tok' ? { authenticated: true, user: { username: 'ada' } } : {} }),
} as unknown as Client;

const certified = { CN: 'kube-scheduler', O: 'system:nodes' };

for (const { name, socket, authorization, caller } of [
  {
    name: 'who shows a certificate',
    socket: { authorized: true, getPeerCertificate: () => ({ subject: certified }) },
    caller: 'kube-scheduler',
  },
  {
    name: 'who goes on with a session that began without one, and has a token',
    socket: { authorized: true, getPeerCertificate: () => ({}) },
    authorization: 'Bearer tok',
    caller: 'ada',
  },
  { name: 'who has a token', socket: { authorized: false }, authorization: 'Bearer tok', caller: 'ada' },
  { name: 'a token that nobody knows', socket: { authorized: false }, authorization: 'Bearer invented' },
  { name: 'nobody', socket: { authorized: true, getPeerCertificate: () => ({}) } },
]) {
  test(`who calls a component: ${name}`, async () => {
    const access = new DelegatedAccess({ client, clock: systemClock });
    const request = { socket, headers: { ...(authorization && { authorization }) } } as unknown as IncomingMessage;
    assert.equal((await access.callerOf(request, new AbortController().signal))?.name, caller);
  });
}
