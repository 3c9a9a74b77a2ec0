import { Fault } from '../platform/errors.ts';
import type { Handler, HttpReply, HttpRequest } from '../platform/http/server.ts';
import type { Logger } from '../platform/logger.ts';
import { assertCost } from './operation/assert-cost.ts';
import type { PersistedOperations } from './operation/persisted/persisted-operations.ts';
import { answer, refusal, type AnswerContext } from './request/answer.ts';
import { authorize } from './request/authorize.ts';
import { answerType } from './request/content-type.ts';
import { clientAddressOf } from './request/client-address.ts';
import { preflightReply } from './request/cors.ts';
import { readGraphqlRequest } from './request/graphql-request.ts';
import type { RateLimits } from './request/rate-limits/rate-limits.ts';
import { requestIdOf } from './request/request-id.ts';
import { patienceOf } from './request/request-timeout.ts';
import type { Authenticator } from '../platform/identity/tokens/authenticator.ts';
import { SeenRequest } from './request/seen-request.ts';
import { assertVariables } from './request/variables.ts';
import type { CurrentSchema } from './schema/current-schema.ts';
import type { ServingSchema } from './schema/serving-schema.ts';

export interface Door {
  readonly authenticator: Authenticator;
  readonly schema: CurrentSchema;
  readonly persisted: PersistedOperations;
  readonly rates: RateLimits;
  readonly limits: {
    readonly cost: number;
    readonly concurrentRequests: number;
  };
  /** Whether whoever asks is told what the operation was estimated to cost. */
  readonly explainCost: boolean;
  /** Whether an error may name what the schema has instead. */
  readonly suggestions: boolean;
  /** How long a caller waits for an answer at the most, in milliseconds. */
  readonly patienceMs: number;
  /** How many proxies of ours stand in front. */
  readonly trustedProxies: number;
  readonly logger: Logger;
}

/** GraphQL over HTTP: who asks, what for, may they, is it within the limits; then the gateway plans and asks. */
export function graphqlEndpoint(door: Door): Handler {
  let underWay = 0;

  return async (request) => {
    if (request.method === 'OPTIONS') return preflightReply;
    const requestId = requestIdOf(request);
    const context: AnswerContext = {
      requestId,
      contentType: answerType(request.headers.accept),
      logger: door.logger.child({ requestId }),
    };
    const seen = new SeenRequest(request);
    underWay += 1;
    try {
      if (underWay > door.limits.concurrentRequests) throw new Fault('UNAVAILABLE');
      const reply = await door.schema.use((serving) => execute(door, serving, request, context, seen));
      return seen.answered(reply, context.logger);
    } catch (error) {
      return seen.answered(refusal(error, context), context.logger);
    } finally {
      underWay -= 1;
    }
  };
}

async function execute(
  door: Door,
  { gateway, operations }: ServingSchema,
  request: HttpRequest,
  context: AnswerContext,
  seen: SeenRequest,
): Promise<HttpReply> {
  const patienceMs = patienceOf(request, door.patienceMs);
  const deadline = Date.now() + patienceMs;
  const clientAddress = clientAddressOf(request, door.trustedProxies);
  await door.rates.countRequest(clientAddress);
  const asked = await readGraphqlRequest(request);
  const { operationName, variables } = asked;
  const caller = await door.authenticator.authenticate(request.headers.authorization);
  await door.rates.countCaller(caller);

  const operation = operations.find(await door.persisted.find(asked), operationName);
  seen.asksFor(operation);
  if (request.method === 'GET' && operation.kind === 'mutation') {
    throw new Fault('METHOD_NOT_ALLOWED', 'A mutation must be sent by POST.');
  }
  authorize(operation.access, caller);
  assertVariables(gateway.schema, operation, variables, door.suggestions);
  const cost = assertCost(operation.cost, variables, door.limits.cost);
  await door.rates.countFields(operation, caller, clientAddress);
  door.persisted.accept(asked);

  seen.planBegins();
  const result = await gateway.execute(operation, variables, {
    onPlan: seen.planEnds,
    identity: { caller, requestId: context.requestId, patienceMs, clientAddress, span: seen.span },
    deadline,
    logger: context.logger,
  });
  const explain = door.explainCost && request.headers['x-explain-cost'] !== undefined;
  return answer(result, context, explain ? { cost } : undefined);
}
