import { setTimeout as sleep } from 'node:timers/promises';
import { IDENTITY_HEADER, REQUEST_ID_HEADER, type Identity } from '../identity/identity.ts';
import { bodyHashOf, identityKey, signIdentity } from '../identity/signed-identity.ts';
import type { Logger } from '../logger.ts';
import { TRACEPARENT_HEADER } from '../observability/traceparent.ts';
import { discover, resolveBySystem, type Resolve } from './discovery.ts';
import { DeadlineExceeded, type PostResponse } from './http-post.ts';
import { Misdirected, wasSent, type Instance } from './instance.ts';
import { Instances } from './instances.ts';
import { bodyOf, isRead, type Operation } from './operation.ts';
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
 * GraphQL over HTTP from one process of the system to a subgraph, wherever its instances are at the moment: pooled
 * connections, a signed identity, a deadline.
 */
export interface SubgraphClient {
  /**
   * Another instance is asked where nothing was sent, and once more, within a budget, where a read lost its connection; a
   * mutation that may have been sent never is.
   *
   * @param operation the request's body: `query`, `variables`, `operationName`
   * @param deadlineMs how long the answer may take, in milliseconds
   * @throws {Fault} UNAVAILABLE when no instance could be reached and nothing was sent; TIMEOUT when the outcome is open
   */
  ask(operation: Operation, identity: Identity, deadlineMs: number): Promise<SubgraphResponse>;
  /** As `ask`, and read. @throws {Fault} UNAVAILABLE or INTERNAL, too, where the answer is not GraphQL's */
  send(operation: Operation, identity: Identity, deadlineMs: number): Promise<SubgraphReply>;
  /** How many instances share what is asked; those that are left out are not among them. */
  readonly instances: number;
  /** @throws unless one instance says that it is ready */
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
  /** How often host names are looked up, in milliseconds. */
  readonly discoveryRefreshMs?: number;
  readonly resolve?: Resolve;
  /** Told of instances that come, go, or are left out. */
  readonly logger?: Logger;
}

export function createSubgraphClient(options: SubgraphClientOptions): SubgraphClient {
  const { urls, logger } = options;
  const { identitySecret } = options;
  const key = identitySecret === null ? null : identityKey(options.subgraph, identitySecret);
  const instances = new Instances({
    connectionsEach: options.connectionsPerInstance ?? 128,
    hasReadiness: key !== null,
    logger,
  });
  const discovery = discover({
    urls,
    refreshMs: options.discoveryRefreshMs ?? 5_000,
    resolve: options.resolve ?? resolveBySystem,
    onTargets: (targets) => instances.set(targets),
    onFailure: (error, hostname) => logger?.warn({ err: error, hostname }, 'a name could not be looked up'),
  });

  const repeats = new RetryBudget();

  return {
    async ask(operation, identity, deadlineMs) {
      const { status, text, cacheControl } = await ask(operation, identity, deadlineMs);
      return { status, text, freshForMs: freshnessOf(status, cacheControl) };
    },
    send: async (operation, identity, deadlineMs) => readReply(await ask(operation, identity, deadlineMs)),
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

  async function ask(operation: Operation, identity: Identity, deadlineMs: number): Promise<PostResponse> {
    repeats.noteRequest();
    const deadline = performance.now() + deadlineMs;
    const body = bodyOf(operation);
    const signed = { identity, body, bodyHash: bodyHashOf(body) };
    const tried = new Set<Instance>();
    let failure: unknown;
    let isRepeated = false;
    if (instances.count === 0)
      await Promise.race([discovery.refresh(), sleep(deadlineMs, undefined, { ref: false })]);
    for (;;) {
      const instance = instances.choose(tried);
      if (!instance)
        throw faultWithCause(
          'UNAVAILABLE',
          failure ?? new Error(`No address is known of ${urls.map(withoutCredentials).join(', ')}.`),
        );
      tried.add(instance);
      try {
        return await askInstance(instance, signed, deadline);
      } catch (error) {
        failure = error;
        if (error instanceof DeadlineExceeded)
          throw faultWithCause(error.wasSent ? 'TIMEOUT' : 'UNAVAILABLE', error);
        if (!wasSent(error)) continue;
        // Once: an operation that ends its process must not go through all of them.
        if (isRepeated || !isRead(operation.query) || !repeats.take()) throw faultWithCause('TIMEOUT', error);
        isRepeated = true;
      }
    }
  }

  /** Signs for the process that answers at the instance, which is another one after a restart. Each attempt is signed anew. */
  async function askInstance(
    instance: Instance,
    { identity, body, bodyHash }: { identity: Identity; body: string; bodyHash: string },
    deadline: number,
  ): Promise<PostResponse> {
    for (let attempt = 1; ; attempt++) {
      const patienceMs = Math.max(1, Math.round(deadline - performance.now()));
      const headers = {
        'content-type': 'application/json',
        [REQUEST_ID_HEADER]: identity.requestId,
        ...(identity.span?.traceparent ? { [TRACEPARENT_HEADER]: identity.span.traceparent } : {}),
        ...(key
          ? { [IDENTITY_HEADER]: signIdentity(key, { ...identity, patienceMs }, bodyHash, instance.id) }
          : {}),
      };
      const answer = await instance.ask({ headers, body }, patienceMs);
      if (answer.misdirectedTo === null) return answer;
      instance.id = answer.misdirectedTo;
      if (attempt === SIGNING_ATTEMPTS) throw new Misdirected();
    }
  }
}

const SIGNING_ATTEMPTS = 3;
