import { Pool } from 'undici';
import { Fault, type FaultCode } from '../errors.ts';
import { IDENTITY_HEADER, signIdentity, type Identity } from '../identity/identity.ts';

/** GraphQL over HTTP from one process of the system to another: pooled connections, a signed identity, a deadline. */
export interface SubgraphClient {
  /**
   * @param operation the request's body: `query`, `variables`, `operationName`
   * @param deadlineMs how long the answer may take, in milliseconds
   * @throws {Fault} UNAVAILABLE when no instance could be reached and nothing was sent; TIMEOUT when the outcome is open
   */
  send(operation: object, identity: Identity, deadlineMs: number): Promise<SubgraphReply>;
  close(): Promise<void>;
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
  /** `/graphql` of each instance of the subgraph; requests go to them in turn. */
  readonly urls: readonly string[];
  readonly identitySecret: string;
  readonly connectionsPerInstance?: number;
}

/** Nothing of the request has left this process. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
]);

export function createSubgraphClient(options: SubgraphClientOptions): SubgraphClient {
  const instances = options.urls.map((url) => {
    const { origin, pathname } = new URL(url);
    return {
      path: pathname,
      pool: new Pool(origin, {
        connections: options.connectionsPerInstance ?? 128,
        connectTimeout: 1_000,
        // Shorter than the server's, so that a connection is never used in the moment in which the server ends it.
        keepAliveTimeout: 30_000,
      }),
    };
  });
  let turn = 0;

  return {
    async send(operation, identity, deadlineMs) {
      const body = JSON.stringify(operation);
      const patient = { ...identity, patienceMs: deadlineMs };
      const headers = {
        'content-type': 'application/json',
        [IDENTITY_HEADER]: signIdentity(options.identitySecret, patient),
      };
      const signal = AbortSignal.timeout(deadlineMs);
      for (let attempt = 1; ; attempt++) {
        const { pool, path } = instances[turn++ % instances.length]!;
        try {
          const response = await pool.request({ method: 'POST', path, headers, body, signal });
          return parseReply(response.statusCode, await response.body.text());
        } catch (error) {
          if (error instanceof Fault) throw error;
          if (signal.aborted) throw because('TIMEOUT', error);
          const sent = !NOT_SENT.has((error as NodeJS.ErrnoException).code ?? '');
          // Another instance may be asked only where this one cannot have begun.
          if (!sent && attempt < instances.length) continue;
          throw because(sent ? 'TIMEOUT' : 'UNAVAILABLE', error);
        }
      }
    },
    close: async () => {
      await Promise.all(instances.map(({ pool }) => pool.close()));
    },
  };
}

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
