import { z } from 'zod';
import type { Event } from './event.ts';

/**
 * The id of a session that was signed out or revoked before its access tokens expired. The user subgraph publishes it; routers, and
 * subgraphs that verify tokens themselves, subscribe. The message is the id itself, without JSON around it.
 */
export const sessionRevoked: Event<string> = {
  name: 'ended-sessions',
  schema: z.string(),
  encode: (sessionId) => sessionId,
  decode: (text) => text,
};
