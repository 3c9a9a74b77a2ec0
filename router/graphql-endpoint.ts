import type { EdgeHandler } from './edge-middleware.ts';
import { Fault } from '../platform/errors.ts';
import type { HttpReply, HttpRequest } from '../platform/http/types.ts';
import { inSpan } from '../platform/observability/current-span.ts';
import { assertArguments } from './operation/argument-checks.ts';
import { assertCost } from './operation/assert-cost.ts';
import type { Variables } from './operation/selected-operation.ts';
import { introspect, joinIntrospection } from './operation/introspection.ts';
import type { Operation } from './operation/operation.ts';
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
import { RequestExecution } from './request/request-execution.ts';
import { RequestRecorder } from './request/request-recorder.ts';
import { forSharedCaches, Freshness } from './request/shared-cache.ts';
import { UploadBudget } from './request/upload-budget.ts';
import { assertVariables } from './request/variables.ts';
import type { CurrentSchema, HeldSchema } from './schema/current-schema.ts';
import type { Gateway } from './schema/gateway.ts';
import type { ServingSchema } from './schema/serving-schema.ts';

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
  /** @returns gives it back, with the schema that the request was answered by */
  const takePlace = (held: HeldSchema) => {
    underWay += 1;
    return () => {
      underWay -= 1;
      held.release();
    };
  };

  return async (request, context) => {
    if (request.method === 'OPTIONS') return preflightReply;
    const recorder = new RequestRecorder(request);
    context.onReply = finishBy(recorder, context);
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
    const held = options.schema.hold();
    const leave = takePlace(held);
    const arrived = { parameters, timeoutMs, deadline };
    let prepared: Prepared;
    try {
      prepared = await inSpan(recorder.span, () =>
        prepare(options, held.serving, request, arrived, context, recorder),
      );
    } catch (error) {
      leave();
      throw error;
    }
    // Not awaited here: while subgraphs work, this frame would keep the text of the request.
    return inSpan(recorder.span, () => perform(prepared, leave));
  };
}

const finishBy =
  (recorder: RequestRecorder, context: RequestContext): RequestContext['onReply'] =>
  (reply) =>
    recorder.finish(reply, context);

interface Arrived {
  readonly parameters: GraphqlRequest;
  readonly timeoutMs: number;
  /** Counted from the arrival of the head; milliseconds since 1970. */
  readonly deadline: number;
}

/** An operation that may be executed, and what is needed from then on. */
interface Prepared {
  readonly gateway: Gateway;
  readonly request: HttpRequest;
  readonly context: RequestContext;
  readonly recorder: RequestRecorder;
  readonly operation: Operation;
  readonly variables: Variables;
  readonly execution: RequestExecution;
  readonly work: NewOperationWork;
  readonly freshness: Freshness | null;
  /** Shown beside the response. */
  readonly extensions: object | undefined;
}

async function prepare(
  { authenticator, persisted, rates, limits, explainCost }: GraphqlEndpointOptions,
  { gateway, operations }: ServingSchema,
  request: HttpRequest,
  { parameters, timeoutMs, deadline }: Arrived,
  context: RequestContext,
  recorder: RequestRecorder,
): Promise<Prepared> {
  const { operationName, variables } = parameters;
  const { clientNetwork } = context;
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
  const execution = new RequestExecution({
    context,
    recorder,
    work,
    costs,
    freshness,
    caller,
    timeoutMs,
    deadline,
  });
  const extensions = explain ? { cost } : undefined;
  return {
    gateway,
    request,
    context,
    recorder,
    operation,
    variables,
    execution,
    work,
    freshness,
    extensions,
  };
}

/** @param leave called when there is a result */
async function perform(prepared: Prepared, leave: () => void): Promise<HttpReply> {
  const { gateway, operation, variables, execution } = prepared;
  try {
    const introspected = introspect(gateway.schema, operation, variables);
    const result =
      operation.isIntrospection && introspected
        ? introspected
        : joinIntrospection(await gateway.execute(operation.planned, variables, execution), introspected);
    const { request, context, recorder, work, freshness, extensions } = prepared;
    work.planEnds();
    recorder.setResult(result.data);
    const mutated = hasMutated(operation.definition, variables, result);
    const reply = answer(result, context, { mutated, extensions });
    return forSharedCaches(reply, request, freshness);
  } finally {
    leave();
  }
}
