import type { Caller, Identity } from '../../platform/identity/identity.ts';
import type { Logger } from '../../platform/logger.ts';
import { clientKeyOf } from '../../platform/rate-limit/client-key.ts';
import type { ExecutionContext } from '../subgraph/execution-context.ts';
import type { CostCharge } from './rate-limits/cost-charge.ts';
import type { NewOperationWork } from './rate-limits/new-operation-work.ts';
import type { RequestContext } from './request-context.ts';
import type { RequestRecorder } from './request-recorder.ts';
import type { Freshness } from './shared-cache.ts';

export interface RequestExecutionOptions {
  readonly context: RequestContext;
  readonly recorder: RequestRecorder;
  readonly work: NewOperationWork;
  readonly costs: CostCharge;
  /** Null where the response is not for shared caches. */
  readonly freshness: Freshness | null;
  readonly caller: Caller | null;
  readonly timeoutMs: number;
  /** See `ExecutionContext`. */
  readonly deadline: number;
}

/**
 * What the execution of a client's operation knows of its request. A class, because thousands of requests wait for a subgraph, and methods
 * and getters of a class are shared by all, where an object literal with a getter takes a kilobyte for each.
 */
export class RequestExecution implements ExecutionContext {
  readonly identity: Identity;
  readonly clientKey: string;
  readonly deadline: number;
  followUpDeadline?: number;
  readonly #context: RequestContext;
  readonly #recorder: RequestRecorder;
  readonly #work: NewOperationWork;
  readonly #costs: CostCharge;
  readonly #freshness: Freshness | null;

  constructor(options: RequestExecutionOptions) {
    const { context, recorder, work, costs, freshness, caller, timeoutMs, deadline } = options;
    this.#context = context;
    this.#recorder = recorder;
    this.#work = work;
    this.#costs = costs;
    this.#freshness = freshness;
    this.deadline = deadline;
    this.clientKey = clientKeyOf({ caller, clientAddress: context.clientNetwork });
    this.identity = {
      caller,
      requestId: context.requestId,
      remainingMs: timeoutMs,
      receivedAt: context.receivedAt,
      clientAddress: context.clientAddress,
      span: recorder.span,
    };
  }

  get logger(): Logger {
    return this.#context.logger;
  }

  onPlan(): void {
    this.#work.planEnds();
    this.#recorder.planEnds();
  }

  beforeSend(): void | Promise<void> {
    return this.#costs.beforeSend();
  }

  onFreshness(freshForMs: number): void {
    this.#freshness?.observe(freshForMs);
  }
}
