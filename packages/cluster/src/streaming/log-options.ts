import { badRequest } from '@tiphys/sdk/machinery';
import type { LogOptions } from './backend.ts';

/** The options of a log request as the node agent's API has them. Throws 400 at what is none. */
export function logOptionsOf(query: URLSearchParams): LogOptions {
  const { follow, previous, timestamps } = flags(query);
  const sinceSeconds = count(query, 'sinceSeconds');
  const tailLines = count(query, 'tailLines');
  const limitBytes = count(query, 'limitBytes');
  const sinceTime = query.get('sinceTime');
  if (sinceTime && Number.isNaN(Date.parse(sinceTime))) throw badRequest('unable to decode the request\'s "sinceTime"');
  const stream = query.get('stream');
  return {
    follow,
    previous,
    timestamps,
    ...(sinceSeconds !== undefined && { sinceSeconds }),
    ...(sinceTime && { sinceTime }),
    ...(tailLines !== undefined && { tailLines }),
    ...(limitBytes !== undefined && { limitBytes }),
    ...((stream === 'Stdout' || stream === 'Stderr') && { stream }),
  };
}

const flags = (query: URLSearchParams) => {
  const isOn = (name: string) => query.has(name) && !['false', '0'].includes(query.get(name)!);
  return { follow: isOn('follow'), previous: isOn('previous'), timestamps: isOn('timestamps') };
};

function count(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (!text) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw badRequest(`unable to decode the request's ${JSON.stringify(name)}`);
  return Number(text);
}
