import { get } from 'node:https';
import type { Clock } from '@tiphys/sdk/runtime';
import type { Component, Finding } from '../apiserver/index.ts';

/** Where the components answer that run beside an API server, on the same machine. */
const ports = { 'controller-manager': 10257, scheduler: 10259 };
const patienceMs = 20_000;
const largestAnswer = 10 * 1024;

/** Components that are programs of their own. */
export const componentsBeside = (clock: Clock): Component[] =>
  Object.entries(ports).map(([name, port]) => ({ name, check: () => probe(port, clock) }));

/** Components of this process: they are there as long as who asks. */
export const componentsWithin = (): Component[] =>
  Object.keys(ports).map((name) => ({ name, check: () => ({ status: 'True', message: 'ok' }) }));

function probe(port: number, clock: Clock): Promise<Finding> {
  const url = `https://127.0.0.1:${port}/healthz`;
  const failed = (message: string): Finding => ({ status: 'False', message });
  return new Promise((resolve) => {
    // Each has a certificate of its own making.
    const request = get(url, { rejectUnauthorized: false, signal: clock.timeout(patienceMs) }, (response) => {
      const { statusCode = 0 } = response;
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (text = (text + part).slice(0, largestAnswer)));
      response.on('error', (err) => resolve(failed(err.message)));
      response.on('end', () => {
        const isWell = statusCode >= 200 && statusCode < 400;
        resolve(
          isWell ? { status: 'True', message: text } : failed(`HTTP probe failed with statuscode: ${statusCode}`),
        );
      });
    });
    request.on('error', (err: NodeJS.ErrnoException) => {
      const why = err.code === 'ECONNREFUSED' ? `dial tcp 127.0.0.1:${port}: connect: connection refused` : err.message;
      resolve(failed(`Get ${JSON.stringify(url)}: ${why}`));
    });
  });
}
