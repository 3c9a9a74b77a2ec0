import type { Handler, HttpReply, HttpRequest } from '../platform/http/types.ts';
import { REQUEST_ID_HEADER } from '../platform/identity/identity.ts';
import type { Logger } from '../platform/logger.ts';
import { NO_OPERATION, recordRequest } from '../platform/observability/requests.ts';
import { refusal } from './request/answer.ts';
import { ArrivalClock } from './request/arrival-clock.ts';
import { saysForwarded, type TrustedProxies } from './request/client-address.ts';
import { corsHeaders } from './request/cors.ts';
import type { AllowedOrigins } from './request/origins.ts';
import { RefusalDelay } from './request/rate-limits/refusal-delay.ts';
import type { RateLimits } from './request/rate-limits/rate-limits.ts';
import { RequestContext } from './request/request-context.ts';

export interface EdgeOptions {
  readonly origins: AllowedOrigins;
  readonly rates: Pick<RateLimits, 'countRequest'>;
  readonly trustedProxies: TrustedProxies;
  readonly logger: Logger;
}

/** A handler behind the edge. */
export type EdgeHandler = (request: HttpRequest, context: RequestContext) => HttpReply | Promise<HttpReply>;

export interface EdgeMiddleware {
  /** Runs around every answer of the server. */
  readonly around: (request: HttpRequest, handler: Handler) => Promise<HttpReply>;
  /** A route of the server, whose handler is given what the edge knows of the request. */
  route(handler: EdgeHandler): Handler;
}

/** Requests of load balancers and orchestrators, which are cheap. */
const UNCOUNTED = new Set(['/health/live', '/health/ready']);

/**
 * The edge of the router, around every answer. It makes the context of a request, counts the request for its client network before
 * anything else (a preflight is no request yet), and makes JSON of a fault. Every answer gets the request id and the CORS headers.
 */
export function createEdgeMiddleware({
  origins,
  rates,
  trustedProxies,
  logger,
}: EdgeOptions): EdgeMiddleware {
  const contexts = new WeakMap<HttpRequest, RequestContext>();
  const refusals = new RefusalDelay();
  const arrivals = new ArrivalClock().start();
  let warnsOfProxies = trustedProxies.count === 0;

  return {
    around: async (request, handler) => {
      const context = new RequestContext(request, arrivals.earliestArrival(), trustedProxies, logger);
      contexts.set(request, context);
      // Here, not in a function of its own, whose frame each waiting request would keep.
      let reply: HttpReply;
      try {
        if (request.method !== 'OPTIONS' && !UNCOUNTED.has(request.path)) await count(request, context);
        reply = await handler(request);
      } catch (error) {
        reply = refusal(error, context);
      }
      context.onReply?.(reply);
      if (reply.fault === 'RATE_LIMITED') await refusals.wait();
      const cors = corsHeaders(request, origins);
      const vary = [cors['vary'], reply.headers?.['vary']].filter(Boolean).join(', ');
      return {
        ...reply,
        headers: { [REQUEST_ID_HEADER]: context.requestId, ...cors, ...reply.headers, vary },
      };
    },
    route: (handler) => (request) => {
      const context = contexts.get(request);
      if (!context) throw new Error('A route was called without the edge around it.');
      return handler(request, context);
    },
  };

  /** Once: any client can send the header. */
  function warnOfProxies(): void {
    warnsOfProxies = false;
    logger.warn(
      'A request has X-Forwarded-For or Forwarded, and TRUSTED_PROXIES is 0. Behind a proxy, all clients then share the limits of one address: set it to the number of proxies.',
    );
  }

  /** @throws {Fault} RATE_LIMITED */
  async function count(request: HttpRequest, { clientNetwork }: RequestContext): Promise<void> {
    const begun = performance.now();
    try {
      if (warnsOfProxies && saysForwarded(request)) warnOfProxies();
      await rates.countRequest(clientNetwork);
    } catch (error) {
      recordRequest(NO_OPERATION, 'RATE_LIMITED', begun);
      throw error;
    }
  }
}
