import { Fault } from '../../platform/errors.ts';
import { isRead, type Operation } from '../../platform/http/operation.ts';
import type { SubgraphClient } from '../../platform/http/subgraph-client.ts';
import type { SubgraphAnswer } from '../../platform/http/subgraph-reply.ts';
import { within } from '../../platform/within.ts';
import { ConcurrencyLimit, type ConcurrencyOptions } from './concurrency-limit.ts';
import type { RequestContext } from './request-context.ts';
import { SharedReads } from './shared-reads.ts';

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
  ask(operation: Operation, context: RequestContext): Promise<SubgraphAnswer> {
    const { timeoutMs } = this.#options;
    const patienceMs = Math.min(timeoutMs, context.deadline - Date.now());
    if (patienceMs <= 0) return Promise.reject(new Fault('TIMEOUT'));
    if (context.identity.caller !== null || !isRead(operation.query)) {
      return this.#send(operation, context, patienceMs);
    }
    const { query, variables, operationName } = operation;
    const key = JSON.stringify([query, variables, operationName]);
    // Asked with all of the time that there is, whoever asks first: the others may be more patient.
    return within(
      patienceMs,
      this.#shared.find(key, () => this.#send(operation, context, timeoutMs)),
      () => {
        throw new Fault('TIMEOUT');
      },
    );
  }

  #send(operation: Operation, { identity }: RequestContext, patienceMs: number): Promise<SubgraphAnswer> {
    return this.#limit.run(patienceMs, (leftMs) =>
      this.#options.client.ask(operation, identity, Math.ceil(leftMs)),
    );
  }
}
