import type { Health } from '../../serving/index.ts';
import type { Endpoint } from '../handlers/dispatch.ts';
import { textResponse } from '../handlers/respond.ts';

/** The health endpoints of the API server. */
export const health =
  (of: Health): Endpoint =>
  (c) =>
    of.answer(c.info.path, c.query)?.then(({ status, text }) => textResponse(status, text));
