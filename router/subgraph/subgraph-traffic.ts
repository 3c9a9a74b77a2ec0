import { Fault } from '../../platform/errors.ts';
import type { Operation } from '../../platform/subgraph-client/operation.ts';
import type { SubgraphClient } from '../../platform/subgraph-client/client.ts';
import type { SubgraphResponse } from '../../platform/subgraph-client/reply.ts';
import { withTimeout } from '../../platform/with-timeout.ts';
import { ConcurrencyLimit, type ConcurrencyOptions } from '../../platform/concurrency/concurrency-limit.ts';
import type { ExecutionContext } from './execution-context.ts';
import { ReadDeduplication } from './read-deduplication.ts';

export interface TrafficOptions {
  readonly client: SubgraphClient;
  /** How long the subgraph may take for one answer, in milliseconds. */
  readonly timeoutMs: number;
  readonly concurrency: Pick<ConcurrencyOptions, 'running' | 'waiting'>;
  /** Memory for answers to anonymous reads, in bytes; 0: none is kept. */
  readonly cacheBytes: number;
}

/** 80 % of the caller's remaining time may be spent in the queue; the rest is for the response. */
const SHEDDING = { queueShare: 0.8, retryAfterMs: { least: 250, most: 10_000, unknown: 1_000 } };

/** `isRead` is known of each document. */
export interface SubgraphOperation extends Operation {
  readonly isRead: boolean;
}

/** All requests to one subgraph: deadline propagation, a concurrency limit with load shedding, and request deduplication for anonymous reads. */
export class SubgraphTraffic {
  readonly #options: TrafficOptions;
  readonly #limit: ConcurrencyLimit;
  readonly #reads: ReadDeduplication;

  constructor(options: TrafficOptions) {
    this.#options = options;
    const { concurrency, timeoutMs } = options;
    this.#limit = new ConcurrencyLimit({ ...concurrency, timeoutMs, shedding: SHEDDING });
    this.#reads = new ReadDeduplication({ maxBytes: options.cacheBytes });
  }

  /** @throws {Fault} TIMEOUT, UNAVAILABLE */
  execute(operation: SubgraphOperation, context: ExecutionContext): Promise<SubgraphResponse> {
    const { timeoutMs } = this.#options;
    const { isRead } = operation;
    // What a mutation has done is certain, so its answer waits no longer than this for what is only read beside it.
    const deadline = Math.min(
      context.deadline,
      (isRead && context.followUpDeadline) || Number.POSITIVE_INFINITY,
    );
    const remainingMs = Math.min(timeoutMs, deadline - Date.now());
    if (remainingMs <= 0) return Promise.reject(new Fault('TIMEOUT'));
    if (context.identity.caller !== null || !isRead) {
      return this.#send(operation, context, remainingMs);
    }
    const answer = this.#readShared(operation, context);
    return withTimeout(remainingMs, answer, () => {
      throw new Fault('TIMEOUT');
    });
  }

  async #readShared(operation: Operation, context: ExecutionContext): Promise<SubgraphResponse> {
    const { query, variables, operationName } = operation;
    const key = JSON.stringify([query, variables, operationName]);
    const shared = this.#reads.find(key, context.clientKey);
    if (shared) return shared;
    const charged = context.beforeSend?.();
    if (charged) await charged;
    // Sent with the whole timeout of the subgraph: other callers that share the read may have later deadlines.
    return this.#reads.read(key, context.clientKey, (begins) =>
      this.#send(operation, context, this.#options.timeoutMs, begins),
    );
  }

  /** @param begins called when the request leaves the queue; an answer that is there by then is used instead */
  #send(
    operation: Operation,
    { identity, clientKey }: ExecutionContext,
    remainingMs: number,
    begins?: () => SubgraphResponse | undefined,
  ): Promise<SubgraphResponse> {
    return this.#limit.run(
      clientKey,
      async (leftMs) => begins?.() ?? this.#options.client.request(operation, identity, Math.ceil(leftMs)),
      remainingMs,
    );
  }
}
