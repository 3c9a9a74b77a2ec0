import type { EdgeHandler } from './edge-middleware.ts';
import { Fault } from '../platform/errors.ts';
import type { HttpReply, HttpRequest } from '../platform/http/types.ts';
import { clientKeyOf } from '../platform/rate-limit/client-key.ts';
import { inSpan } from '../platform/observability/current-span.ts';
import { assertArguments } from './operation/argument-checks.ts';
import { assertCost } from './operation/assert-cost.ts';
import { introspect, joinIntrospection } from './operation/introspection.ts';
import type { PersistedOperations } from './operation/persisted/persisted-operations.ts';
import { answer } from './request/answer.ts';
import { authorize, callerIn, presentedBy } from './request/authorize.ts';
import { preflightReply } from './request/cors.ts';
import { readGraphqlRequest, type GraphqlRequest } from './request/graphql-request.ts';
import type { AllowedOrigins } from './request/origins.ts';
import { CostCharge } from './request/rate-limits/cost-charge.ts';
import { NewOperationWork } from './request/rate-limits/new-operation-work.ts';
import type { RateLimits } from './request/rate-limits/rate-limits.ts';
import type { RequestContext } from './request/request-context.ts';
import { hasMutated } from './request/mutation-run.ts';
import { timeoutOf } from './request/request-timeout.ts';
import type { Authenticator } from '../platform/identity/tokens/authenticator.ts';
import { RefusedToken } from '../platform/identity/tokens/refused-token.ts';
import { RequestRecorder } from './request/request-recorder.ts';
import { forSharedCaches, Freshness } from './request/shared-cache.ts';
import { UploadBudget } from './request/upload-budget.ts';
import { assertVariables } from './request/variables.ts';
import type { CurrentSchema } from './schema/current-schema.ts';
import type { ServingSchema } from './schema/serving-schema.ts';
import type { ExecutionContext } from './subgraph/execution-context.ts';

export interface GraphqlEndpointOptions {
  readonly authenticator: Authenticator;
  readonly schema: CurrentSchema;
  readonly persisted: PersistedOperations;
  readonly rates: RateLimits;
  readonly limits: {
    readonly cost: number;
    readonly concurrentRequests: number;
    readonly bodyBytes: number;
  };
  /** Whether a response says, on request, what the operation was estimated to cost. */
  readonly explainCost: boolean;
  /** The longest time that a caller waits for a response, in milliseconds. */
  readonly timeoutMs: number;
  /** Of which pages plain GETs are read. */
  readonly origins: AllowedOrigins;
}

/** GraphQL over HTTP: authentication, the operation, authorization, limits; then the gateway plans and executes. */
export function graphqlEndpoint(options: GraphqlEndpointOptions): EdgeHandler {
  const uploads = new UploadBudget(options.limits.bodyBytes);
  let underWay = 0;
  /** Load shedding: beyond so many requests in progress, a request is refused at once. */
  const assertCapacity = () => {
    if (underWay >= options.limits.concurrentRequests) throw new Fault('UNAVAILABLE');
  };

  return async (request, context) => {
    if (request.method === 'OPTIONS') return preflightReply;
    const recorder = new RequestRecorder(request);
    context.onReply = (reply) => recorder.finish(reply, context);
    const timeoutMs = timeoutOf(request, options.timeoutMs);
    const deadline = Date.now() + timeoutMs;
    assertCapacity();
    // A request takes a place once its body has arrived: its sender decides how long that lasts.
    const parameters = await readGraphqlRequest(
      request,
      () => uploads.receive(request, context.clientNetwork),
      options.origins,
    );
    assertCapacity();
    underWay += 1;
    try {
      const arrived = { parameters, timeoutMs, deadline };
      return await inSpan(recorder.span, () =>
        options.schema.use((serving) => execute(options, serving, request, arrived, context, recorder)),
      );
    } finally {
      underWay -= 1;
    }
  };
}

interface Arrived {
  readonly parameters: GraphqlRequest;
  readonly timeoutMs: number;
  /** Counted from the arrival of the head; milliseconds since 1970. */
  readonly deadline: number;
}

async function execute(
  { authenticator, persisted, rates, limits, explainCost }: GraphqlEndpointOptions,
  { gateway, operations }: ServingSchema,
  request: HttpRequest,
  { parameters, timeoutMs, deadline }: Arrived,
  context: RequestContext,
  recorder: RequestRecorder,
): Promise<HttpReply> {
  const { operationName, variables } = parameters;
  const { clientAddress, clientNetwork } = context;
  const presented = await presentedBy(authenticator, request.headers.authorization);
  if (presented instanceof RefusedToken) recorder.setRefusedToken(presented);
  const caller = callerIn(presented);
  await rates.countCaller(caller);

  const source = await persisted.find(parameters);
  const work = new NewOperationWork(rates, clientNetwork, () =>
    persisted.isInManifest(source, operationName),
  );
  const operation = work.measure(() => operations.find(source, operationName, work.admit));
  recorder.setOperation(operation);
  if (request.method === 'GET' && operation.kind === 'mutation') {
    throw new Fault('METHOD_NOT_ALLOWED', 'A mutation must be sent by POST.');
  }
  authorize(operation, presented);
  assertVariables(gateway.schema, operation, variables);
  assertArguments(operation.checked, operation.definition, variables);
  const cost = assertCost(operation.cost, variables, limits.cost);
  await rates.countFields(operation, caller, clientNetwork);
  const costs = new CostCharge(rates, operation, variables, caller, clientNetwork);
  await costs.admit(cost.estimated);
  persisted.accept({ ...parameters, source, operation, clientNetwork });

  recorder.planBegins();
  work.planBegins(operation);
  const explain = explainCost && request.headers['x-explain-cost'] !== undefined;
  const isForAll = request.headers.authorization === undefined && operation.kind === 'query' && !explain;
  const freshness = isForAll ? new Freshness() : null;
  const introspected = introspect(gateway.schema, operation, variables);
  const execution: ExecutionContext = {
    onPlan: () => {
      work.planEnds();
      recorder.planEnds();
    },
    beforeSend: costs.beforeSend,
    ...(freshness ? { onFreshness: freshness.observe } : {}),
    identity: {
      caller,
      requestId: context.requestId,
      patienceMs: timeoutMs,
      receivedAt: context.receivedAt,
      clientAddress,
      span: recorder.span,
    },
    clientKey: clientKeyOf({ caller, clientAddress: clientNetwork }),
    deadline,
    get logger() {
      return context.logger;
    },
  };
  const result =
    operation.isIntrospection && introspected
      ? introspected
      : joinIntrospection(await gateway.execute(operation.planned, variables, execution), introspected);
  work.planEnds();
  recorder.setResult(result.data);
  const mutated = hasMutated(operation.definition, variables, result);
  const reply = answer(result, context, { mutated, extensions: explain ? { cost } : undefined });
  return forSharedCaches(reply, request, freshness);
}
