import type { Handler, HttpReply, HttpRequest } from '../platform/http/server.ts';
import { REQUEST_ID_HEADER } from '../platform/identity/identity.ts';
import type { Logger } from '../platform/logger.ts';
import { NO_OPERATION, noteRequest } from '../platform/observability/requests.ts';
import { refusal } from './request/answer.ts';
import { clientAddressOf, saysForwarded, type TrustedProxies } from './request/client-address.ts';
import { answerType } from './request/content-type.ts';
import { corsHeaders } from './request/cors.ts';
import type { AllowedOrigins } from './request/origins.ts';
import { RefusalDelay } from './request/rate-limits/refusal-delay.ts';
import type { RateLimits } from './request/rate-limits/rate-limits.ts';
import { requestIdOf } from './request/request-id.ts';

export interface FrontOptions {
  readonly origins: AllowedOrigins;
  readonly rates: RateLimits;
  readonly trustedProxies: TrustedProxies;
  readonly logger: Logger;
}

/** Asked by machines of ours, and cheap. */
const UNCOUNTED = new Set(['/health/live', '/health/ready']);

/**
 * What every answer of the router has, whatever it answers: the request's id, and leave for pages of other origins. Every request
 * counts for the address that it comes from, before anything else; a browser's question beforehand is no request yet.
 */
export function front({ origins, rates, trustedProxies, logger }: FrontOptions) {
  const refusals = new RefusalDelay();
  let warnsOfProxies = trustedProxies.count === 0;
  return async (request: HttpRequest, handler: Handler): Promise<HttpReply> => {
    const requestId = requestIdOf(request);
    const reply = await settle(request, handler, requestId);
    if (reply.fault === 'RATE_LIMITED') await refusals.wait();
    const cors = corsHeaders(request, origins);
    const vary = [cors['vary'], reply.headers?.['vary']].filter(Boolean).join(', ');
    return { ...reply, headers: { [REQUEST_ID_HEADER]: requestId, ...cors, ...reply.headers, vary } };
  };

  async function settle(request: HttpRequest, handler: Handler, requestId: string): Promise<HttpReply> {
    try {
      if (request.method !== 'OPTIONS' && !UNCOUNTED.has(request.path)) await count(request);
      return await handler(request);
    } catch (error) {
      const contentType = answerType(request.headers.accept);
      return refusal(error, { requestId, contentType, logger: logger.child({ requestId }) });
    }
  }

  /** Once: any client can send the header. */
  function warnOfProxies(): void {
    warnsOfProxies = false;
    logger.warn(
      'A request has X-Forwarded-For or Forwarded, and TRUSTED_PROXIES is 0. Behind a proxy, all clients then share the limits of one address: set it to the number of proxies.',
    );
  }

  /** @throws {Fault} RATE_LIMITED */
  async function count(request: HttpRequest): Promise<void> {
    const begun = performance.now();
    try {
      if (warnsOfProxies && saysForwarded(request)) warnOfProxies();
      await rates.countRequest(clientAddressOf(request, trustedProxies));
    } catch (error) {
      noteRequest(NO_OPERATION, 'RATE_LIMITED', begun);
      throw error;
    }
  }
}
