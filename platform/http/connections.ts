import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { clientNetworkOf } from '../rate-limit/client-network.ts';
import { answerBrokenRequest, refuseConnect, refuseConnection } from './broken-request.ts';
import { ByteBudget } from './byte-budget.ts';
import type { HttpTransaction, UnsentBytes } from './http-transaction.ts';
import { Connection } from './connection.ts';
import type { ConnectionLimits } from './connection-limits.ts';
import { ConnectionPlaces, countDestroyed } from './connection-places.ts';

/** A client that connects sends its first request within this time, also on a busy machine; milliseconds. */
const FIRST_REQUEST_MS = 1_000;

/** Every connection of a server, also those that have not carried anything, and the bounds on all of them together. */
export class Connections {
  readonly #open = new Map<Socket, Connection>();
  #accepted = 0;
  #paused: Promise<void> | null = null;
  #receivedAt = Number.NEGATIVE_INFINITY;

  readonly #limits: ConnectionLimits;
  readonly #places: ConnectionPlaces;
  readonly #unsent: ByteBudget<UnsentBytes>;

  constructor(server: Server, limits: ConnectionLimits) {
    this.#limits = limits;
    this.#places = new ConnectionPlaces(limits);
    this.#unsent = new ByteBudget(limits.unsentBytes, ({ connection }) => {
      countDestroyed('unread');
      connection.destroy();
    });
    server.on('connection', (socket: Socket) => this.#accept(socket));
    server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
      const connection = this.#open.get(socket);
      if (connection && error.code !== 'ECONNRESET')
        connection.refuse(() => answerBrokenRequest(error, socket));
      else socket.destroy();
    });
    server.on('connect', (_req, socket: Socket) => {
      this.#open.get(socket)?.refuse(() => refuseConnect(socket));
    });
  }

  get size(): number {
    return this.#open.size;
  }

  /** How many there have been. */
  get accepted(): number {
    return this.#accepted;
  }

  get isInProgress(): boolean {
    for (const connection of this.#open.values()) if (connection.isInProgress) return true;
    return false;
  }

  /** Whether a client that has just connected may be about to send its first request. */
  get awaitsFirstRequest(): boolean {
    const since = performance.now() - FIRST_REQUEST_MS;
    for (const connection of this.#open.values()) if (connection.awaitsFirstRequest(since)) return true;
    return false;
  }

  /** How long no request has arrived, in milliseconds. */
  get quietMs(): number {
    return performance.now() - this.#receivedAt;
  }

  /** @param begin called when the request may be worked on; see `Connection.receive` */
  receive(
    req: IncomingMessage,
    res: ServerResponse,
    begin: (connection: Connection, transaction: HttpTransaction) => void,
  ): void {
    const connection = this.#open.get(req.socket);
    if (!connection) return;
    this.#receivedAt = performance.now();
    connection.receive(req, res, (transaction) => begin(connection, transaction));
  }

  /** While responses are paused: resolves when they resume. */
  get paused(): Promise<void> | null {
    return this.#paused;
  }

  /** @returns resumes the responses */
  pauseResponses(): () => void {
    let resume!: () => void;
    this.#paused = new Promise((resolve) => (resume = resolve));
    return () => {
      this.#paused = null;
      resume();
    };
  }

  /** Closes each connection as soon as no request is in progress on it; requests that are still arriving are refused. */
  drain(): void {
    for (const connection of [...this.#open.values()]) connection.drain();
  }

  destroy(): void {
    for (const connection of [...this.#open.values()]) connection.destroy();
  }

  #accept(socket: Socket): void {
    this.#accepted += 1;
    const network = this.#places.find(clientNetworkOf(socket.remoteAddress ?? ''));
    if (!network) {
      countDestroyed('refused');
      return refuseConnection(socket);
    }
    const connection = new Connection(socket, {
      network,
      unsent: this.#unsent,
      sendTimeoutMs: this.#limits.sendTimeoutMs,
      networkOf: this.#limits.networkOf ?? (() => network.name),
    });
    this.#places.take(network, connection);
    this.#open.set(socket, connection);
    // It is emitted once; `once` would keep a wrapper for it.
    socket.on('close', () => {
      this.#open.delete(socket);
      this.#places.leave(network, connection);
      connection.closed();
    });
  }
}
