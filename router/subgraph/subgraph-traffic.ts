import { Fault } from '../../platform/errors.ts';
import { isRead, type Operation } from '../../platform/subgraph-client/operation.ts';
import type { SubgraphClient } from '../../platform/subgraph-client/client.ts';
import type { SubgraphResponse } from '../../platform/subgraph-client/reply.ts';
import { withTimeout } from '../../platform/with-timeout.ts';
import { ConcurrencyLimit, type ConcurrencyOptions } from './concurrency-limit.ts';
import type { ExecutionContext } from './execution-context.ts';
import { SharedReads } from './read-deduplication.ts';

export interface TrafficOptions {
  readonly client: SubgraphClient;
  /** How long the subgraph may take for one answer, in milliseconds. */
  readonly timeoutMs: number;
  readonly concurrency: ConcurrencyOptions;
  /** Memory for answers to anonymous reads, in bytes; 0: none is kept. */
  readonly cacheBytes: number;
}

/** All that goes to one subgraph: with a deadline, so much at a time, and what anonymous callers ask alike is asked once. */
export class SubgraphTraffic {
  readonly #options: TrafficOptions;
  readonly #limit: ConcurrencyLimit;
  readonly #shared: SharedReads;

  constructor(options: TrafficOptions) {
    this.#options = options;
    this.#limit = new ConcurrencyLimit(options.concurrency);
    this.#shared = new SharedReads({ maxBytes: options.cacheBytes });
  }

  /** @throws {Fault} TIMEOUT, UNAVAILABLE */
  ask(operation: Operation, context: ExecutionContext): Promise<SubgraphResponse> {
    const { timeoutMs } = this.#options;
    const isReading = isRead(operation.query);
    // What a mutation has done is certain, so its answer waits no longer than this for what is only read beside it.
    const deadline = Math.min(
      context.deadline,
      (isReading && context.followUpDeadline) || Number.POSITIVE_INFINITY,
    );
    const patienceMs = Math.min(timeoutMs, deadline - Date.now());
    if (patienceMs <= 0) return Promise.reject(new Fault('TIMEOUT'));
    if (context.identity.caller !== null || !isReading) {
      return this.#send(operation, context, patienceMs);
    }
    const answer = this.#readShared(operation, context);
    return withTimeout(patienceMs, answer, () => {
      throw new Fault('TIMEOUT');
    });
  }

  async #readShared(operation: Operation, context: ExecutionContext): Promise<SubgraphResponse> {
    const { query, variables, operationName } = operation;
    const key = JSON.stringify([query, variables, operationName]);
    const shared = this.#shared.find(key, context.clientKey);
    if (shared) return shared;
    const charged = context.beforeSend?.();
    if (charged) await charged;
    // Asked with all of the time that there is, whoever asks first: the others may be more patient.
    return this.#shared.read(key, context.clientKey, (begins) =>
      this.#send(operation, context, this.#options.timeoutMs, begins),
    );
  }

  /** @param begins called when its turn has come; an answer that is there by then is taken in its place */
  #send(
    operation: Operation,
    { identity, clientKey }: ExecutionContext,
    patienceMs: number,
    begins?: () => SubgraphResponse | undefined,
  ): Promise<SubgraphResponse> {
    return this.#limit.run(
      clientKey,
      patienceMs,
      async (leftMs) => begins?.() ?? this.#options.client.ask(operation, identity, Math.ceil(leftMs)),
    );
  }
}
