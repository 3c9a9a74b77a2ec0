import { Fault } from '../../../platform/errors.ts';
import { json } from '../../../platform/http/server.ts';
import type { Handler } from '../../../platform/http/types.ts';

const SENTENCE =
  'This is a firstcome router: GraphQL is at POST /graphql, live stock at GET /live/stock?productId=ID as server-sent events, and health at GET /health/live and /health/ready.';

/** What `/` answers where there is no playground, so that someone who opens the address sees that it is the right one. */
export const whatIsWhere: Handler = ({ method }) => {
  if (method !== 'GET' && method !== 'HEAD') throw new Fault('METHOD_NOT_ALLOWED');
  return json(200, { message: SENTENCE });
};
