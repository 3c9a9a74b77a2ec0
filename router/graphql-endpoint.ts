import { Fault } from '../platform/errors.ts';
import type { Handler, HttpReply, HttpRequest } from '../platform/http/server.ts';
import type { Logger } from '../platform/logger.ts';
import { inSpan } from '../platform/observability/current-span.ts';
import { assertArguments } from './operation/argument-checks.ts';
import { assertCost } from './operation/assert-cost.ts';
import { introspect, joinIntrospection } from './operation/introspection.ts';
import type { PersistedOperations } from './operation/persisted/persisted-operations.ts';
import { answer, refusal, type AnswerContext } from './request/answer.ts';
import { ArrivalClock } from './request/arrival-clock.ts';
import { ArrivingBodies } from './request/upload-budget.ts';
import { authorize, callerIn, presentedBy } from './request/authorize.ts';
import { answerType } from './request/content-type.ts';
import { clientAddressOf, type TrustedProxies } from './request/client-address.ts';
import { preflightReply } from './request/cors.ts';
import { readGraphqlRequest, type GraphqlRequest } from './request/graphql-request.ts';
import type { AllowedOrigins } from './request/origins.ts';
import { clientNetworkOf } from '../platform/rate-limit/client-network.ts';
import { CostCharge } from './request/rate-limits/cost-charge.ts';
import { NewOperationWork } from './request/rate-limits/new-operation-work.ts';
import type { RateLimits } from './request/rate-limits/rate-limits.ts';
import { requestIdOf } from './request/request-id.ts';
import { hasMutated } from './request/mutation-run.ts';
import { patienceOf } from './request/request-timeout.ts';
import type { Authenticator } from '../platform/identity/tokens/authenticator.ts';
import { RefusedToken } from '../platform/identity/tokens/refused-token.ts';
import { SeenRequest } from './request/request-recorder.ts';
import { forSharedCaches, Freshness } from './request/shared-cache.ts';
import { assertVariables } from './request/variables.ts';
import type { CurrentSchema } from './schema/current-schema.ts';
import type { ServingSchema } from './schema/serving-schema.ts';
import type { RequestContext } from './subgraph/execution-context.ts';

export interface Door {
  readonly authenticator: Authenticator;
  readonly schema: CurrentSchema;
  readonly persisted: PersistedOperations;
  readonly rates: RateLimits;
  readonly limits: {
    readonly cost: number;
    readonly concurrentRequests: number;
    readonly bodyBytes: number;
  };
  /** Whether whoever asks is told what the operation was estimated to cost. */
  readonly explainCost: boolean;
  /** How long a caller waits for an answer at the most, in milliseconds. */
  readonly patienceMs: number;
  /** Of which pages plain GETs are read. */
  readonly origins: AllowedOrigins;
  readonly trustedProxies: TrustedProxies;
  readonly logger: Logger;
}

/** GraphQL over HTTP: who asks, what for, may they, is it within the limits; then the gateway plans and asks. */
export function graphqlEndpoint(door: Door): Handler {
  const arriving = new ArrivingBodies(door.limits.bodyBytes);
  const clock = new ArrivalClock().start();
  let underWay = 0;
  const assertRoom = () => {
    if (underWay >= door.limits.concurrentRequests) throw new Fault('UNAVAILABLE');
  };

  return async (request) => {
    if (request.method === 'OPTIONS') return preflightReply;
    const requestId = requestIdOf(request);
    const context: AnswerContext = {
      requestId,
      contentType: answerType(request.headers.accept),
      accept: request.headers.accept,
      logger: door.logger.child({ requestId }),
    };
    const seen = new SeenRequest(request);
    try {
      const patienceMs = patienceOf(request, door.patienceMs);
      const receivedAt = clock.earliestArrival();
      const deadline = Date.now() + patienceMs;
      const clientAddress = clientAddressOf(request, door.trustedProxies);
      assertRoom();
      // What has not arrived takes no place: its sender decides how long that lasts.
      const asked = await readGraphqlRequest(
        request,
        () => arriving.receive(request, clientNetworkOf(clientAddress)),
        door.origins,
      );
      assertRoom();
      underWay += 1;
      try {
        const arrived = { asked, clientAddress, patienceMs, receivedAt, deadline };
        const reply = await inSpan(seen.span, () =>
          door.schema.use((serving) => execute(door, serving, request, arrived, context, seen)),
        );
        return seen.answered(reply, context.logger);
      } finally {
        underWay -= 1;
      }
    } catch (error) {
      return seen.answered(refusal(error, context), context.logger);
    }
  };
}

interface Arrived {
  readonly asked: GraphqlRequest;
  readonly clientAddress: string;
  readonly patienceMs: number;
  /** At the earliest; milliseconds since 1970. */
  readonly receivedAt: number;
  /** Counted from the arrival of the head; milliseconds since 1970. */
  readonly deadline: number;
}

async function execute(
  door: Door,
  { gateway, operations }: ServingSchema,
  request: HttpRequest,
  { asked, clientAddress, patienceMs, receivedAt, deadline }: Arrived,
  context: AnswerContext,
  seen: SeenRequest,
): Promise<HttpReply> {
  const { operationName, variables } = asked;
  const presented = await presentedBy(door.authenticator, request.headers.authorization);
  if (presented instanceof RefusedToken) seen.refuses(presented);
  const caller = callerIn(presented);
  await door.rates.countCaller(caller);

  const source = await door.persisted.find(asked);
  const work = new NewOperationWork(door.rates, clientAddress, () =>
    door.persisted.lists(source, operationName),
  );
  const operation = work.measure(() => operations.find(source, operationName, work.admit));
  seen.asksFor(operation);
  if (request.method === 'GET' && operation.kind === 'mutation') {
    throw new Fault('METHOD_NOT_ALLOWED', 'A mutation must be sent by POST.');
  }
  authorize(operation, presented);
  assertVariables(gateway.schema, operation, variables);
  assertArguments(operation.checked, operation.definition, variables);
  const cost = assertCost(operation.cost, variables, door.limits.cost);
  await door.rates.countFields(operation, caller, clientAddress);
  const costs = new CostCharge(door.rates, operation, variables, caller, clientAddress);
  await costs.admit(cost.estimated);
  door.persisted.accept({ ...asked, source, operation, clientAddress });

  seen.planBegins();
  work.planBegins(operation);
  const explain = door.explainCost && request.headers['x-explain-cost'] !== undefined;
  const isForAll = request.headers.authorization === undefined && operation.kind === 'query' && !explain;
  const freshness = isForAll ? new Freshness() : null;
  const introspected = introspect(gateway.schema, operation, variables);
  const wayDown: RequestContext = {
    onPlan: () => {
      work.planEnds();
      seen.planEnds();
    },
    beforeSend: costs.beforeSend,
    ...(freshness ? { onFreshness: freshness.observe } : {}),
    identity: {
      caller,
      requestId: context.requestId,
      patienceMs,
      receivedAt,
      clientAddress,
      span: seen.span,
    },
    deadline,
    logger: context.logger,
  };
  const result =
    (operation.isIntrospection && introspected) ||
    (await gateway.execute(operation.planned, variables, wayDown));
  work.planEnds();
  if (introspected && result !== introspected) joinIntrospection(result, introspected);
  seen.gets(result.data);
  const mutated = hasMutated(operation.definition, variables, result, wayDown.answer);
  const reply = answer(result, { ...context, mutated }, explain ? { cost } : undefined);
  return forSharedCaches(reply, request, freshness);
}
