import { messageOf } from '@tiphys/sdk/runtime';
import { StatusError } from '@tiphys/sdk/machinery';
import { StoreRefusal } from '../../store/index.ts';
import type { Filter, RequestContext, ServerRequest, ServerResponse } from '../context.ts';
import { afterBody, streams } from '../filters/after-body.ts';
import { isLongRunning } from '../filters/long-running.ts';
import { isRefusalReadable } from '../handlers/negotiate.ts';
import { internalErrorText } from '../handlers/respond.ts';
import { AuditRecord, type AuditWorld } from './record.ts';

/** Begins what is known of a request, and tells of those that are refused before it is known whose they are. */
export const recordRequests =
  (world: AuditWorld): Filter =>
  async (c, next) => {
    const audit = new AuditRecord(world, c);
    try {
      c.audit = audit;
      return await next(c);
    } catch (err) {
      if (!audit.isCovered && err instanceof StatusError && audit.cover(undefined)) {
        const instead = err.code === 401 ? attempted(c.request) : err.status.message;
        audit.refused(err, isRefusalReadable(c.request, c.query), instead);
        await audit.tell('ResponseStarted');
      }
      throw err;
    }
  };

/** Tells of requests whose users are known: that they came, and how they ended. */
export const tellRequests =
  (world: AuditWorld): Filter =>
  async (c, next) => {
    const { audit } = c;
    if (!(audit instanceof AuditRecord) || !audit.cover(c.user)) return next(c);
    if (!(await audit.tell('RequestReceived'))) {
      world.metrics.rejected.inc();
      // Nothing is done that can't be told of.
      return internalErrorText(c.request, 'failed to store audit event');
    }
    const isLong = isLongRunning(c.info);
    let response: ServerResponse;
    try {
      response = await next(c);
    } catch (err) {
      await tellRefusal(c, audit, err);
      throw err;
    }
    const { status, body } = response;
    audit.answered(status);
    const complete = () => {
      audit.end();
      return audit.tell('ResponseComplete');
    };
    if (isLong) {
      await audit.tell('ResponseStarted');
      if (streams(body)) return afterBody(c.request, response, () => void complete());
      if (body.type === 'upgrade') {
        body.stream.once('close', () => void complete());
        return response;
      }
    }
    await complete();
    return response;
  };

async function tellRefusal(c: RequestContext, audit: AuditRecord, err: unknown): Promise<void> {
  if (err instanceof StatusError) audit.refused(err, isRefusalReadable(c.request, c.query));
  else if (err instanceof StoreRefusal) audit.answered(500);
  else {
    audit.broke(messageOf(err));
    await audit.tell('Panic');
    return;
  }
  if (isLongRunning(c.info)) await audit.tell('ResponseStarted');
  audit.end();
  await audit.tell('ResponseComplete');
}

/** What somebody tried to be known by. */
function attempted({ headers: { authorization }, path, clientCertificate }: ServerRequest): string {
  const words = (typeof authorization === 'string' ? authorization : '').trim().split(' ');
  const scheme = words[0]!.toLowerCase();
  const tried = [
    ...(scheme === 'basic' && words.length > 1 ? ['basic'] : []),
    ...(scheme === 'bearer' && words.length > 1 ? ['bearer'] : []),
    ...(/[?&]access_token=[^&]/.test(path) ? ['access_token'] : []),
    ...(clientCertificate ? ['x509'] : []),
  ];
  return tried.length
    ? `Authentication failed, attempted: ${tried.join(', ')}`
    : 'Authentication failed, no credentials provided';
}
