import { randomUUID } from 'node:crypto';
import type { HttpRequest } from '../../platform/http/server.ts';

/** Runs through the logs of every process that works on the request, and goes back to the client. */
export const REQUEST_ID_HEADER = 'x-request-id';

/** Harmless in a log, a header and a page. */
const ACCEPTABLE = /^[A-Za-z0-9._-]{8,64}$/;

const ids = new WeakMap<HttpRequest, string>();

/** @returns the client's own id when it is a harmless one, else one made here; the same at every call for a request */
export function requestIdOf(request: HttpRequest): string {
  const known = ids.get(request);
  if (known) return known;
  const given = request.headers[REQUEST_ID_HEADER];
  const id = typeof given === 'string' && ACCEPTABLE.test(given) ? given : randomUUID();
  ids.set(request, id);
  return id;
}
