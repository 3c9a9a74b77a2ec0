import { setTimeout as sleep } from 'node:timers/promises';
import type { Identity } from '../identity/identity.ts';
import { identityKey } from '../identity/signed-identity.ts';
import type { Logger } from '../logger.ts';
import type { Call } from './call.ts';
import { discover, resolveBySystem, type Resolve } from './discovery.ts';
import { DeadlineExceeded, type PostResponse } from './http-post.ts';
import { Misdirected, wasSent, type Instance } from './instance.ts';
import { Instances } from './instances.ts';
import { isRead, variablesJson, type Operation } from './operation.ts';
import { RetryBudget } from './retry-budget.ts';
import { withoutCredentials } from '../without-credentials.ts';
import {
  faultWithCause,
  freshnessOf,
  readReply,
  type SubgraphResponse,
  type SubgraphReply,
} from './reply.ts';

/**
 * GraphQL over HTTP from one process of the system to the instances of a subgraph: service discovery, load balancing, pooled connections,
 * outlier ejection, retries within a budget, signed identities, deadline propagation. Operations of one document that begin in the same turn of the
 * event loop are one HTTP request where the process that receives them accepts batches; to callers there is no difference.
 */
export interface SubgraphClient {
  /**
   * Retries at another instance where nothing was sent, and once, within a retry budget, where a read lost its connection. A mutation
   * that may have been sent is never retried.
   *
   * @param operation the request's body: `query`, `variables`, `operationName`
   * @param deadlineMs how long the response may take, in milliseconds
   * @throws {Fault} UNAVAILABLE when no instance could be reached and nothing was sent; TIMEOUT when the outcome is unknown
   */
  request(operation: Operation, identity: Identity, deadlineMs: number): Promise<SubgraphResponse>;
  /** As `request`, and parsed. @throws {Fault} UNAVAILABLE or INTERNAL, too, where the response is not GraphQL's */
  send(operation: Operation, identity: Identity, deadlineMs: number): Promise<SubgraphReply>;
  /** How many instances share the load; ejected ones are not counted. */
  readonly instances: number;
  /** @throws unless one instance is ready */
  assertReady(): Promise<void>;
  close(): Promise<void>;
}

export interface SubgraphClientOptions {
  /** `/graphql` of the subgraph: one URL or several, each of whose host names may have several addresses. */
  readonly urls: readonly string[];
  /** Its name, and the secret that it shares with its callers; null: it is sent no identity, and need not have `/health/ready`. */
  readonly subgraph: string;
  readonly identitySecret: string | null;
  readonly connectionsPerInstance?: number;
  /** How often host names are resolved, in milliseconds. */
  readonly discoveryRefreshMs?: number;
  readonly resolve?: Resolve;
  /** Logs instances that are found, gone, ejected or reinstated. */
  readonly logger?: Logger;
}

export function createSubgraphClient(options: SubgraphClientOptions): SubgraphClient {
  const { urls, logger } = options;
  const { identitySecret } = options;
  const instances = new Instances({
    connectionsEach: options.connectionsPerInstance ?? 128,
    identityKey: identitySecret === null ? null : identityKey(options.subgraph, identitySecret),
    logger,
  });
  const discovery = discover({
    urls,
    refreshMs: options.discoveryRefreshMs ?? 5_000,
    resolve: options.resolve ?? resolveBySystem,
    onTargets: (targets) => instances.set(targets),
    onFailure: (error, hostname) =>
      logger?.warn({ err: error, hostname }, 'a host name could not be resolved'),
  });

  const retries = new RetryBudget();

  return {
    async request(operation, identity, deadlineMs) {
      const { status, text, cacheControl } = await sendWithRetries(operation, identity, deadlineMs);
      return { status, text, freshForMs: freshnessOf(status, cacheControl) };
    },
    send: async (operation, identity, deadlineMs) =>
      readReply(await sendWithRetries(operation, identity, deadlineMs)),
    get instances() {
      return instances.inUse;
    },
    assertReady: async () => {
      if (instances.count === 0) await discovery.refresh();
      await instances.assertOneReady();
    },
    close: async () => {
      discovery.stop();
      await instances.close();
    },
  };

  async function sendWithRetries(
    operation: Operation,
    identity: Identity,
    deadlineMs: number,
  ): Promise<PostResponse> {
    retries.recordRequest();
    const call = {
      operation,
      variables: variablesJson(operation),
      identity,
      deadline: performance.now() + deadlineMs,
    };
    const tried = new Set<Instance>();
    let failure: unknown;
    let isRetried = false;
    if (instances.count === 0)
      await Promise.race([discovery.refresh(), sleep(deadlineMs, undefined, { ref: false })]);
    for (;;) {
      const instance = instances.choose(tried);
      if (!instance)
        throw faultWithCause(
          'UNAVAILABLE',
          failure ?? new Error(`No address is known for ${urls.map(withoutCredentials).join(', ')}.`),
        );
      tried.add(instance);
      try {
        return await sendTo(instance, call);
      } catch (error) {
        failure = error;
        if (error instanceof DeadlineExceeded)
          throw faultWithCause(error.wasSent ? 'TIMEOUT' : 'UNAVAILABLE', error);
        if (!wasSent(error)) continue;
        // Once: an operation that crashes its process must not reach all of them.
        if (isRetried || !isRead(operation.query) || !retries.take()) throw faultWithCause('TIMEOUT', error);
        isRetried = true;
      }
    }
  }

  /** Each attempt is signed anew, for the process at the instance, which is another one after a restart. */
  async function sendTo(instance: Instance, call: Call): Promise<PostResponse> {
    for (let attempt = 1; ; attempt++) {
      const response = await instance.post(call);
      if (response.misdirectedTo === null) return response;
      if (attempt === SIGNING_ATTEMPTS) throw new Misdirected();
    }
  }
}

const SIGNING_ATTEMPTS = 3;
