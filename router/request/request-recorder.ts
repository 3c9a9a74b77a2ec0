import type { HttpReply, HttpRequest } from '../../platform/http/server.ts';
import type { RefusedToken, TokenCheck } from '../../platform/identity/tokens/refused-token.ts';
import type { Logger } from '../../platform/logger.ts';
import { msSince } from '../../platform/observability/metrics.ts';
import { NO_OPERATION, noteRequest, operationLabel } from '../../platform/observability/requests.ts';
import { beginTrace, type Span } from '../../platform/observability/span.ts';
import { TRACEPARENT_HEADER } from '../../platform/observability/traceparent.ts';
import type { Operation } from '../operation/operation.ts';
import { resultTypeIn } from '../operation/result-types.ts';

/** A client's name for its operation is shown in the log, up to this length. */
const MAX_NAME = 64;

/** Faults by which a crowd is kept in order; they are counted in the metrics. */
const PUT_OFF = new Set(['UNAVAILABLE', 'RATE_LIMITED']);

/** What log, metrics and traces tell of a request: what it asked for, what became of it, and how long that took. */
export class SeenRequest {
  readonly span: Span;
  readonly #begun = performance.now();
  #operation = NO_OPERATION;
  #name: string | undefined;
  #planning: Span | null = null;
  #resultTypes: ReadonlySet<string> = new Set();
  #result: string | undefined;
  #refusedToken: TokenCheck | undefined;

  constructor(request: HttpRequest) {
    this.span = beginTrace('graphql', request.headers[TRACEPARENT_HEADER]);
  }

  asksFor({ rootFields, definition, resultTypes }: Operation): void {
    this.#operation = operationLabel(rootFields.keys());
    this.#name = definition.name?.value.slice(0, MAX_NAME);
    this.#resultTypes = resultTypes;
  }

  refuses({ check }: RefusedToken): void {
    this.#refusedToken = check;
  }

  /** The gateway has it now, which plans first; the plan is there when the first subgraph is asked. */
  planBegins(): void {
    this.#planning = this.span.child('plan');
  }

  readonly planEnds = (): void => {
    this.#planning?.end();
    this.#planning = null;
  };

  gets(data: unknown): void {
    this.#result = resultTypeIn(data, this.#resultTypes);
  }

  /** @returns the reply as it is */
  answered(reply: HttpReply, logger: Logger): HttpReply {
    this.planEnds();
    const outcome = reply.fault ?? 'OK';
    noteRequest(this.#operation, outcome, this.#begun, reply.fault ?? this.#result);
    const { status } = reply;
    const line = {
      operation: this.#operation,
      name: this.#name,
      status,
      outcome,
      refusedToken: this.#refusedToken,
      tookMs: msSince(this.#begun),
    };
    // In a rush, a line for each purchase that went well, or was put off, would cost more than all else that is seen here.
    if (reply.fault && !PUT_OFF.has(reply.fault)) logger.info(line, 'answered');
    else logger.debug(line, 'answered');
    this.span.note({ 'graphql.operation': this.#operation, 'http.response.status_code': status });
    this.span.end(reply.fault);
    return reply;
  }
}
