import type { GraphQLSchema } from 'graphql';
import { Fault } from '../platform/errors.ts';
import type { Handler, HttpReply, HttpRequest } from '../platform/http/server.ts';
import type { Logger } from '../platform/logger.ts';
import type { Gateway } from './gateway.ts';
import { costOf } from './operation/cost.ts';
import type { OperationStore } from './operation/operation-store.ts';
import { answer, refusal, type AnswerContext } from './request/answer.ts';
import { authorize } from './request/authorize.ts';
import { answerType } from './request/content-type.ts';
import { clientAddressOf } from './request/client-address.ts';
import { preflightReply } from './request/cors.ts';
import { readGraphqlRequest } from './request/graphql-request.ts';
import { requestIdOf } from './request/request-id.ts';
import type { Authenticator } from './request/token/authenticator.ts';
import { assertVariables } from './request/variables.ts';

export interface Door {
  readonly authenticator: Authenticator;
  readonly operations: OperationStore;
  readonly schema: GraphQLSchema;
  readonly gateway: Gateway;
  readonly limits: {
    readonly cost: number;
    readonly concurrentRequests: number;
  };
  /** Whether an error may name what the schema has instead. */
  readonly suggestions: boolean;
  /** How long the caller waits for an answer, in milliseconds. */
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
    underWay += 1;
    try {
      if (underWay > door.limits.concurrentRequests) throw new Fault('UNAVAILABLE');
      return await execute(door, request, context);
    } catch (error) {
      return refusal(error, context);
    } finally {
      underWay -= 1;
    }
  };
}

async function execute(door: Door, request: HttpRequest, context: AnswerContext): Promise<HttpReply> {
  const deadline = Date.now() + door.patienceMs;
  const { query, operationName, variables } = await readGraphqlRequest(request);
  const caller = await door.authenticator.authenticate(request.headers.authorization);

  const operation = door.operations.find(query, operationName);
  if (request.method === 'GET' && operation.kind === 'mutation') {
    throw new Fault('METHOD_NOT_ALLOWED', 'A mutation must be sent by POST.');
  }
  authorize(operation.access, caller);
  assertVariables(door.schema, operation, variables, door.suggestions);
  if (costOf(operation.cost, variables) > door.limits.cost) throw new Fault('OPERATION_TOO_COMPLEX');

  const result = await door.gateway.execute(operation, variables, {
    identity: {
      caller,
      requestId: context.requestId,
      patienceMs: door.patienceMs,
      clientAddress: clientAddressOf(request, door.trustedProxies),
    },
    deadline,
    logger: context.logger,
  });
  return answer(result, context);
}
