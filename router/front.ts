import type { Handler, HttpReply, HttpRequest } from '../platform/http/server.ts';
import { REQUEST_ID_HEADER } from '../platform/identity/identity.ts';
import type { Logger } from '../platform/logger.ts';
import { refusal } from './request/answer.ts';
import { answerType } from './request/content-type.ts';
import { corsHeaders, type AllowedOrigins } from './request/cors.ts';
import { requestIdOf } from './request/request-id.ts';

/** What every answer of the router has, whatever it answers: the request's id, and leave for pages of other origins. */
export function front(origins: AllowedOrigins, logger: Logger) {
  return async (request: HttpRequest, handler: Handler): Promise<HttpReply> => {
    const requestId = requestIdOf(request);
    const reply = await settle(request, handler, requestId);
    return {
      ...reply,
      headers: { [REQUEST_ID_HEADER]: requestId, ...corsHeaders(request, origins), ...reply.headers },
    };
  };

  async function settle(request: HttpRequest, handler: Handler, requestId: string): Promise<HttpReply> {
    try {
      return await handler(request);
    } catch (error) {
      const contentType = answerType(request.headers.accept);
      return refusal(error, { requestId, contentType, logger: logger.child({ requestId }) });
    }
  }
}
