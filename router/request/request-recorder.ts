import type { HttpReply, HttpRequest } from '../../platform/http/types.ts';
import type { RefusedToken, TokenCheck } from '../../platform/identity/tokens/refused-token.ts';
import { msSince } from '../../platform/observability/metrics.ts';
import { NO_OPERATION, operationLabel, recordRequest } from '../../platform/observability/requests.ts';
import { beginTrace, type Span } from '../../platform/observability/span.ts';
import { TRACEPARENT_HEADER } from '../../platform/observability/traceparent.ts';
import type { Operation } from '../operation/operation.ts';
import { resultTypeIn } from '../operation/result-types.ts';
import type { RequestContext } from './request-context.ts';

/** A client's name for its operation is shown in the log, up to this length. */
const MAX_NAME = 64;

/** Faults of load shedding and rate limits; they are counted in the metrics. */
const SHED = new Set(['UNAVAILABLE', 'RATE_LIMITED']);

const NO_TYPES: ReadonlySet<string> = new Set();

/** Records one request in the log, the metrics and its trace: the operation, the outcome, and the time it took. */
export class RequestRecorder {
  readonly span: Span;
  readonly #begun = performance.now();
  #operation = NO_OPERATION;
  #name: string | undefined;
  #planning: Span | null = null;
  #resultTypes: ReadonlySet<string> = NO_TYPES;
  #result: string | undefined;
  #refusedToken: TokenCheck | undefined;

  constructor(request: HttpRequest) {
    this.span = beginTrace('graphql', request.headers[TRACEPARENT_HEADER]);
  }

  setOperation({ rootFields, definition, resultTypes }: Operation): void {
    this.#operation = operationLabel(rootFields.keys());
    this.#name = definition.name?.value.slice(0, MAX_NAME);
    this.#resultTypes = resultTypes;
  }

  setRefusedToken({ check }: RefusedToken): void {
    this.#refusedToken = check;
  }

  /** The gateway plans before it sends: planning ends with the first request to a subgraph. */
  planBegins(): void {
    this.#planning = this.span.child('plan');
  }

  readonly planEnds = (): void => {
    this.#planning?.end();
    this.#planning = null;
  };

  setResult(data: unknown): void {
    this.#result = resultTypeIn(data, this.#resultTypes);
  }

  finish(reply: HttpReply, context: Pick<RequestContext, 'isLogged' | 'logger'>): void {
    this.planEnds();
    const outcome = reply.fault ?? 'OK';
    recordRequest(this.#operation, outcome, this.#begun, reply.fault ?? this.#result);
    const { status } = reply;
    // Successful and shed requests are logged at debug: one line each would dominate the cost under load.
    const level = reply.fault && !SHED.has(reply.fault) ? 'info' : 'debug';
    if (context.isLogged(level)) {
      const line = {
        operation: this.#operation,
        name: this.#name,
        status,
        outcome,
        refusedToken: this.#refusedToken,
        tookMs: msSince(this.#begun),
      };
      context.logger[level](line, 'answered');
    }
    this.span.setAttributes({ 'graphql.operation': this.#operation, 'http.response.status_code': status });
    this.span.end(reply.fault);
  }
}
