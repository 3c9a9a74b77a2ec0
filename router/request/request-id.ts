import type { HttpRequest } from '../../platform/http/server.ts';
import { REQUEST_ID_HEADER } from '../../platform/identity/identity.ts';
import { acceptRequestId } from '../../platform/identity/request-id.ts';

const ids = new WeakMap<HttpRequest, string>();

/**
 * Runs through the logs of every process that works on the request, and goes back to the client.
 *
 * @returns the client's own id when it is a harmless one, else one made here; the same at every call for a request
 */
export function requestIdOf(request: HttpRequest): string {
  const known = ids.get(request);
  if (known) return known;
  const id = acceptRequestId(request.headers[REQUEST_ID_HEADER]);
  ids.set(request, id);
  return id;
}
