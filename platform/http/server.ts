import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { Fault, FAULTS } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { exportReadiness } from '../observability/readiness-gauge.ts';
import type { HttpTransaction } from './http-transaction.ts';
import type { Connection } from './connection.ts';
import { internalLimits, type ConnectionLimits } from './connection-limits.ts';
import { Connections } from './connections.ts';
import { shutDownGracefully } from './graceful-shutdown.ts';
import { listen, type Listening } from './listen.ts';
import { checkReadiness, type ReadinessChecks } from './readiness.ts';
import { endsConnection, sendReply } from './send-reply.ts';
import type { BodyParts, Handler, HttpReply, HttpRequest } from './types.ts';

/** The plain HTTP server that every process has: routes by path, bounded bodies, JSON errors, health checks, graceful shutdown. */
export interface HttpServerOptions {
  /** `localhost`: each of its addresses. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Where connections come from; by default the port. */
  readonly arrivals?: ((server: Server) => Promise<Listening>) | undefined;
  readonly maxBodyBytes: number;
  /** How soon a complete request of a public client must have arrived, in milliseconds; else 408. Left out where only processes of this system are clients. */
  readonly receiveTimeoutMs?: number;
  /** Limits of clients; left out where only processes of this system are clients. */
  readonly limits?: ConnectionLimits;
  /** By path, for every method; one that ends in `/*` is for every path below it that has no route of its own. */
  readonly routes: Readonly<Record<string, Handler>>;
  /** Middleware around every response: of routes, of health checks, and 404. */
  readonly around?: (request: HttpRequest, handler: Handler) => Promise<HttpReply>;
  /** What must work for `/health/ready` to be 200; read at each check, so that it may change. Null: a port without health checks. */
  readonly readiness: ReadinessChecks | null;
  readonly logger: Logger;
}

export interface RunningHttpServer {
  readonly url: string;
  readonly port: number;
  openConnections(): number;
  /** From now on `/health/ready` is 503, so that load balancers send no new requests. */
  announceEnd(): void;
  /**
   * Graceful shutdown: each connection carries `connection: close` with its next response, so that no client is about to use one when
   * it is closed. Then accepts no new connections, closes idle ones, refuses requests that are still arriving, completes those in progress
   * for at most `timeoutMs`, and destroys the connections that are left.
   */
  close(timeoutMs?: number): Promise<void>;
}

export const json = (status: number, value: unknown, headers: Record<string, string> = {}): HttpReply => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  body: JSON.stringify(value),
});

export const faultReply = (fault: Fault): HttpReply =>
  json(FAULTS[fault.code].status, {
    errors: [{ message: fault.message, extensions: { ...fault.extensions } }],
  });

/** What a handler threw, as a response; logged unless it is a fault. */
export function failureReply(error: unknown, path: string, logger: Logger): HttpReply {
  if (error instanceof Fault) return faultReply(error);
  logger.error({ err: error, path }, 'request failed');
  return faultReply(new Fault('INTERNAL'));
}

export async function startHttpServer(options: HttpServerOptions): Promise<RunningHttpServer> {
  let ending = false;
  const checks = () => options.readiness ?? {};
  const health: Record<string, Handler> = {
    '/health/live': () => json(200, { status: 'live' }),
    '/health/ready': async () => {
      const report = await checkReadiness(checks(), ending);
      return json(report.ready ? 200 : 503, report);
    },
  };
  exportReadiness(checks);
  const findRoute = routeFinder({ ...(options.readiness ? health : {}), ...options.routes });

  const server = createServer(
    {
      keepAliveTimeout: KEEP_ALIVE_MS,
      ...receiveTimeouts(options.receiveTimeoutMs),
      // Nothing here depends on it, and Node's own refusal would not be JSON.
      requireHostHeader: false,
    },
    (req, res) => receive(req, res),
  );

  // A handler that throws at once must not answer before Node has seen the end of the request.
  const around = options.around ?? (async (request, route) => route(request));
  const connections = new Connections(server, options.limits ?? internalLimits());

  const receive = (req: IncomingMessage, res: ServerResponse): void => connections.receive(req, res, respond);

  /** Not an async function, whose frame would be kept for each request that waits. */
  function respond(connection: Connection, transaction: HttpTransaction): void {
    const [path, query] = splitUrl(transaction.req.url ?? '/');
    const request = new ReceivedRequest(transaction, path, query, options.maxBodyBytes);
    void around(request, findRoute(path) ?? notFound).then(
      (reply) => deliver(connection, transaction, reply),
      (error: unknown) => deliver(connection, transaction, failureReply(error, path, options.logger)),
    );
  }

  async function deliver(
    connection: Connection,
    transaction: HttpTransaction,
    reply: HttpReply,
  ): Promise<void> {
    if (connections.paused) await connections.paused;
    if (transaction.isOver) return;
    const { req, res } = transaction;
    // Where a later request has begun on this connection, its response carries the `close`.
    const isLast = endsConnection(req, reply) || (ending && connection.isLatest(transaction));
    if (isLast) connection.endWith(transaction);
    sendReply(req, res, reply, isLast);
    if (reply.parts) reply.parts(bodyParts(connection, transaction, isLast));
    else connection.responded(transaction);
  }

  const bodyParts = (
    connection: Connection,
    transaction: HttpTransaction,
    isClosing: boolean,
  ): BodyParts => ({
    write: (part) => {
      if (!transaction.isOver) transaction.res.write(part);
    },
    end: (last) => void endParts(connection, transaction, isClosing, last),
  });

  async function endParts(
    connection: Connection,
    transaction: HttpTransaction,
    isClosing: boolean,
    last: (closes: boolean) => string,
  ): Promise<void> {
    if (connections.paused) await connections.paused;
    if (transaction.isOver) return;
    const closes = !isClosing && ending && connection.isLatest(transaction);
    if (closes) connection.endWith(transaction);
    transaction.res.end(last(closes));
    connection.responded(transaction);
  }

  // An expectation other than `100-continue` is ignored.
  server.on('checkExpectation', receive);
  const listening = await (options.arrivals?.(server) ?? listen(server, options.host, options.port));

  return {
    url: urlOf(options.host, listening.port),
    port: listening.port,
    openConnections: () => connections.size,
    announceEnd: () => {
      ending = true;
    },
    close: (timeoutMs = 10_000) => {
      ending = true;
      return shutDownGracefully(server, listening, connections, timeoutMs);
    },
  };
}

/** Of a server that listens there. */
export const urlOf = (host: string, port: number): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}`;

/** Longer than the clients of this system keep an idle connection. */
const KEEP_ALIVE_MS = 65_000;

/**
 * These timeouts also close a connection that has not carried anything yet. Between processes of this system that must not happen before
 * the client closes it: a request may be on its way at that moment, and its outcome would be unknown.
 */
function receiveTimeouts(receiveTimeoutMs: number | undefined): ServerOptions {
  if (receiveTimeoutMs === undefined) return { headersTimeout: KEEP_ALIVE_MS, requestTimeout: KEEP_ALIVE_MS };
  return {
    headersTimeout: Math.min(10_000, receiveTimeoutMs),
    requestTimeout: receiveTimeoutMs,
    connectionsCheckingInterval: Math.min(5_000, receiveTimeoutMs),
  };
}

function routeFinder(routes: Readonly<Record<string, Handler>>): (path: string) => Handler | undefined {
  const below = Object.keys(routes).filter((route) => route.endsWith('/*'));
  return (path) => {
    const name = Object.hasOwn(routes, path) ? path : below.find((one) => path.startsWith(one.slice(0, -1)));
    return name === undefined ? undefined : routes[name];
  };
}

const notFound: Handler = () => {
  throw new Fault('NOT_FOUND');
};

function splitUrl(url: string): [path: string, query: string] {
  const mark = url.indexOf('?');
  return mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)];
}

const NO_HEADERS: string[] = [];

/** A class, because an object literal with a getter takes a kilobyte for each request that waits. */
class ReceivedRequest implements HttpRequest {
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly remoteAddress: string;
  readonly #transaction: HttpTransaction;
  readonly #maxBodyBytes: number;

  constructor(transaction: HttpTransaction, path: string, query: string, maxBodyBytes: number) {
    this.path = path;
    this.query = query;
    const { req } = transaction;
    this.headers = req.headers;
    // Node would keep them as they arrived, too.
    req.rawHeaders = NO_HEADERS;
    this.remoteAddress = req.socket.remoteAddress ?? '';
    this.#transaction = transaction;
    this.#maxBodyBytes = maxBodyBytes;
  }

  get method(): string {
    return this.#transaction.req.method ?? 'GET';
  }

  get gone(): AbortSignal {
    return this.#transaction.gone;
  }

  readBody(): Promise<string> {
    return this.#transaction.readBody(this.#maxBodyBytes);
  }

  refuseBody(reason: Fault): void {
    this.#transaction.refuseBody(reason);
  }
}
