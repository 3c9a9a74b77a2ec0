import { Fault, type FaultCode } from '../errors.ts';
import { IDENTITY_HEADER, signIdentity, type Identity } from '../identity/identity.ts';
import type { Logger } from '../logger.ts';
import { discover, resolveBySystem, type Resolve } from './discovery.ts';
import { wasSent, type HttpAnswer, type Instance } from './instance.ts';
import { Instances } from './instances.ts';

/**
 * GraphQL over HTTP from one process of the system to a subgraph, wherever its instances are at the moment: pooled
 * connections, a signed identity, a deadline.
 */
export interface SubgraphClient {
  /**
   * Another instance is asked where nothing was sent, and once more where a read lost its connection; a mutation that may
   * have been sent never is.
   *
   * @param operation the request's body: `query`, `variables`, `operationName`
   * @param deadlineMs how long the answer may take, in milliseconds
   * @throws {Fault} UNAVAILABLE when no instance could be reached and nothing was sent; TIMEOUT when the outcome is open
   */
  send(operation: Operation, identity: Identity, deadlineMs: number): Promise<SubgraphReply>;
  /** @throws unless one instance says that it is ready */
  assertReady(): Promise<void>;
  close(): Promise<void>;
}

export interface Operation {
  readonly query: string;
  readonly variables?: object | undefined;
  readonly operationName?: string | undefined;
}

export interface SubgraphReply {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions?: Record<string, unknown>;
  }[];
}

export interface SubgraphClientOptions {
  /** `/graphql` of the subgraph: one URL or several, each of whose host names may have several addresses. */
  readonly urls: readonly string[];
  readonly identitySecret: string;
  readonly connectionsPerInstance?: number;
  /** How often host names are looked up, in milliseconds. */
  readonly discoveryRefreshMs?: number;
  readonly resolve?: Resolve;
  /** Told of instances that come, go, or are left out. */
  readonly logger?: Logger;
}

export function createSubgraphClient(options: SubgraphClientOptions): SubgraphClient {
  const { urls, identitySecret, logger } = options;
  const instances = new Instances(options.connectionsPerInstance ?? 128, logger);
  const discovery = discover({
    urls,
    refreshMs: options.discoveryRefreshMs ?? 5_000,
    resolve: options.resolve ?? resolveBySystem,
    onTargets: (targets) => instances.set(targets),
    onFailure: (error, hostname) => logger?.warn({ err: error, hostname }, 'a name could not be looked up'),
  });

  return {
    async send(operation, identity, deadlineMs) {
      const { status, text } = await ask(operation, identity, deadlineMs);
      return parseReply(status, text);
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

  async function ask(operation: Operation, identity: Identity, deadlineMs: number): Promise<HttpAnswer> {
    const signal = AbortSignal.timeout(deadlineMs);
    const deadline = performance.now() + deadlineMs;
    const body = JSON.stringify(operation);
    const tried = new Set<Instance>();
    let failure: unknown = new Error(`No address is known of ${urls.join(', ')}.`);
    let isRepeated = false;
    if (instances.count === 0) await Promise.race([discovery.refresh(), untilAborted(signal)]);
    for (;;) {
      const instance = instances.choose(tried);
      if (!instance) throw because('UNAVAILABLE', failure);
      tried.add(instance);
      const patienceMs = Math.max(1, Math.round(deadline - performance.now()));
      const headers = {
        'content-type': 'application/json',
        [IDENTITY_HEADER]: signIdentity(identitySecret, { ...identity, patienceMs }),
      };
      try {
        return await instance.ask({ headers, body }, signal);
      } catch (error) {
        failure = error;
        if (signal.aborted) throw because('TIMEOUT', error);
        if (!wasSent(error)) continue;
        // Once: an operation that ends its process must not go through all of them.
        if (isRepeated || !isRead(operation.query)) throw because('TIMEOUT', error);
        isRepeated = true;
      }
    }
  }
}

/** For sure: what only looks like more than a read is taken for more. */
const isRead = (query: string): boolean => /^\s*(query\b|\{)/.test(query) && !/\bmutation\b/.test(query);

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

function parseReply(status: number, text: string): SubgraphReply {
  try {
    const reply: unknown = JSON.parse(text);
    if (typeof reply === 'object' && reply !== null && ('data' in reply || 'errors' in reply))
      return reply as SubgraphReply;
  } catch {
    // Not JSON: an instance that is going down, or something else that listens there.
  }
  throw because(
    status === 503 ? 'UNAVAILABLE' : 'INTERNAL',
    new Error(`Answered ${status}, and not in GraphQL.`),
  );
}

/** The cause is for the log: it names hosts and ports. */
function because(code: FaultCode, cause: unknown): Fault {
  const fault = new Fault(code);
  fault.cause = cause;
  return fault;
}
