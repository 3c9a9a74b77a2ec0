import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Fault } from '../errors.ts';
import { refuseUnfinished } from './broken-request.ts';
import type { ByteBudget } from './byte-budget.ts';
import { HttpTransaction, type UnsentBytes } from './http-transaction.ts';
import { countDestroyed, type NetworkConnections } from './connection-places.ts';

/** Requests of one connection that are in progress, or whose response is not read, at a time; those behind them wait. */
const MAX_IN_PROGRESS = 8;
/** Backpressure: no further request begins while so many bytes of responses are not read. */
const MAX_UNSENT_BYTES = 65_536;
/** Memory of a request that waits, in bytes: a guess at what Node keeps of its head. */
const WAITING_BYTES = 4_096;
/** At shutdown the connection of a client that reads nothing of a response for twice as long is destroyed; milliseconds. */
const STALLED_MS = 750;

export interface ConnectionOptions {
  readonly network: NetworkConnections;
  readonly unsent: ByteBudget<UnsentBytes>;
  readonly sendTimeoutMs: number;
  readonly networkOf: (req: IncomingMessage) => string;
}

interface Waiting {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly begin: (transaction: HttpTransaction) => void;
  readonly bytes: UnsentBytes;
}

/**
 * One connection of a client, and the requests on it (HTTP pipelining). At most a few of its requests are in progress at a time; while others
 * wait, nothing more is read from it (backpressure). Node reports the end of a response only once it is first on the connection, and
 * does not report the end of the connection to responses that wait behind it; both are observed here.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  /** In the order of their responses. */
  #transactions: HttpTransaction[] = [];
  /** Those that have arrived behind them. */
  readonly #waiting: Waiting[] = [];
  #state: 'open' | 'draining' | 'over' = 'open';
  /** Requests behind the last response: ignored, and kept by Node until the connection ends. */
  readonly #ignored: UnsentBytes[] = [];
  /** Refuses the input behind the requests that were parsed. */
  #refusal: (() => void) | null = null;
  #sendTimer: NodeJS.Timeout | null = null;
  /** Bytes received when it was last idle. */
  #idleBytes = 0;
  readonly #acceptedAt = performance.now();

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
  }

  /**
   * @param begin called at once, or when enough of the requests before it have their response; never once the connection has
   * carried its last response: requests behind it are ignored
   */
  receive(req: IncomingMessage, res: ServerResponse, begin: (transaction: HttpTransaction) => void): void {
    const isAccepted = this.#state !== 'over' && !this.#refusal;
    if (isAccepted && this.#waiting.length === 0 && this.#mayBegin) return this.#begin(req, res, begin);
    const bytes = { connection: this, network: this.#options.networkOf(req), bytes: WAITING_BYTES };
    if (isAccepted) this.#waiting.push({ req, res, begin, bytes });
    else this.#ignored.push(bytes);
    this.#socket.pause();
    this.#options.unsent.hold(bytes);
  }

  get isInProgress(): boolean {
    return this.#waiting.length > 0 || this.#transactions.some((transaction) => transaction.isInProgress);
  }

  /** Whether it was accepted after `since`, by the clock of `performance.now()`, and has not carried anything. */
  awaitsFirstRequest(since: number): boolean {
    return this.#acceptedAt > since && this.#socket.bytesRead === 0;
  }

  /** Whether all requests on it have not arrived completely. */
  get isArriving(): boolean {
    return this.#transactions.length > 0 && this.#transactions.every((transaction) => transaction.isArriving);
  }

  /** Whether no later request on the connection has begun. */
  isLatest(transaction: HttpTransaction): boolean {
    return this.#transactions.at(-1) === transaction;
  }

  /** The response to this request is the last one; requests behind it get none. */
  endWith(transaction: HttpTransaction): void {
    this.#state = 'over';
    this.#dropWaiting();
    for (const later of this.#transactions.splice(this.#transactions.indexOf(transaction) + 1))
      this.#forget(later);
  }

  /** To be called when the response has been written. */
  responded(transaction: HttpTransaction): void {
    transaction.responded();
    if (transaction.res.writableLength > 0 && this.#transactions.includes(transaction))
      this.#holdUnsent(transaction);
    if (this.#state === 'draining') this.#limitStall();
  }

  /** Refuses input that is not HTTP, after the responses to the requests before it. */
  refuse(refusal: () => void): void {
    this.#refusal ??= refusal;
    if (this.#waiting.at(-1)?.req.complete === false)
      this.#options.unsent.release(this.#waiting.pop()!.bytes);
    this.#refuseWhenAnswered();
  }

  /** Closes it as soon as no request is in progress; requests that are still arriving are refused. */
  drain(): void {
    if (this.#state === 'open') this.#state = 'draining';
    if (this.#transactions.length === 0) return this.#close();
    for (const transaction of this.#transactions) transaction.refuseBody(new Fault('UNAVAILABLE'));
    this.#limitStall();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** It has been closed, by either side. */
  closed(): void {
    this.#state = 'over';
    if (this.#sendTimer) clearTimeout(this.#sendTimer);
    this.#dropWaiting();
    for (const bytes of this.#ignored.splice(0)) this.#options.unsent.release(bytes);
    for (const transaction of this.#transactions.splice(0)) this.#forget(transaction);
  }

  get #mayBegin(): boolean {
    if (this.#transactions.length >= MAX_IN_PROGRESS) return false;
    return (
      this.#transactions.reduce((bytes, { unsent }) => bytes + (unsent?.bytes ?? 0), 0) < MAX_UNSENT_BYTES
    );
  }

  #begin(req: IncomingMessage, res: ServerResponse, begin: (transaction: HttpTransaction) => void): void {
    const transaction = new HttpTransaction(req, res);
    // An array that grows has room for many, and most connections carry one request at a time.
    if (this.#transactions.length === 0) this.#transactions = [transaction];
    else this.#transactions.push(transaction);
    this.#options.network.idle.delete(this);
    // It is emitted once; `once` would keep a wrapper for it.
    res.on('close', () => this.#end(transaction));
    begin(transaction);
  }

  #end(transaction: HttpTransaction): void {
    this.#forget(transaction);
    const index = this.#transactions.indexOf(transaction);
    if (index >= 0) this.#transactions.splice(index, 1);
    this.#beginWaiting();
    this.#checkSending();
    if (this.#refusal) this.#refuseWhenAnswered();
    if (this.#transactions.length > 0) return;
    this.#idleBytes = this.#socket.bytesRead;
    if (this.#state === 'draining') this.#close();
    else if (this.#state === 'open') this.#options.network.idle.add(this);
  }

  #beginWaiting(): void {
    if (this.#waiting.length === 0) return;
    while (this.#waiting.length > 0 && this.#mayBegin) {
      const { req, res, begin, bytes } = this.#waiting.shift()!;
      this.#options.unsent.release(bytes);
      this.#begin(req, res, begin);
    }
    if (this.#waiting.length === 0) this.#socket.resume();
  }

  #holdUnsent(transaction: HttpTransaction): void {
    const { networkOf, unsent } = this.#options;
    transaction.unsent = {
      connection: this,
      network: networkOf(transaction.req),
      bytes: transaction.res.writableLength,
    };
    this.#checkSending();
    unsent.hold(transaction.unsent);
  }

  #forget(transaction: HttpTransaction): void {
    transaction.end();
    if (transaction.unsent) this.#options.unsent.release(transaction.unsent);
    transaction.unsent = null;
  }

  #dropWaiting(): void {
    for (const { bytes } of this.#waiting.splice(0)) this.#options.unsent.release(bytes);
  }

  /** Send timeout: checks periodically that the client reads, for as long as there is something to read. */
  #checkSending(): void {
    if (this.#sendTimer || this.#socket.writableLength === 0) return;
    const sent = this.#sentBytes;
    this.#sendTimer = setTimeout(() => {
      this.#sendTimer = null;
      if (this.#socket.writableLength > 0 && this.#sentBytes === sent) {
        countDestroyed('unread');
        this.destroy();
      } else this.#checkSending();
    }, this.#options.sendTimeoutMs);
  }

  /**
   * A number that grows whenever the kernel takes more of a response: of a single large write, too, which `writableLength` counts in
   * full until all of it is taken.
   */
  get #sentBytes(): number {
    const { _handle: handle } = this.#socket as Socket & {
      readonly _handle?: { readonly writeQueueSize: number };
    };
    return this.#socket.bytesWritten - this.#socket.writableLength - (handle?.writeQueueSize ?? 0);
  }

  #refuseWhenAnswered(): void {
    if (this.#state === 'over' || this.#waiting.length > 0) return;
    if (this.#transactions.some(({ req }) => req.complete)) return;
    this.#state = 'over';
    this.#refusal!();
  }

  #close(): void {
    const hasPartialRequest = this.#state !== 'over' && this.#socket.bytesRead > this.#idleBytes;
    this.#state = 'over';
    if (hasPartialRequest) refuseUnfinished(this.#socket);
    else this.#socket.destroy();
  }

  /** Node destroys it when the client has taken no byte for twice the time. */
  #limitStall(): void {
    if (!this.isInProgress) this.#socket.setTimeout(STALLED_MS);
  }
}
