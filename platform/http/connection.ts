import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Fault } from '../errors.ts';
import { refuseUnfinished } from './broken-request.ts';
import type { ByteBudget } from './byte-budget.ts';
import { Call, type UnsentBytes } from './http-transaction.ts';
import { countDestroyed, type NetworkConnections } from './connection-places.ts';

/** Requests of one connection that are worked on, or answered and not read, at a time; those behind them wait. */
const MAX_UNDER_WAY = 8;
/** Nothing more is begun while so many bytes of answers are not read. */
const MAX_UNSENT_BYTES = 65_536;
/** Memory of a request that waits, in bytes: a guess at what Node keeps of its head. */
const WAITING_BYTES = 4_096;
/** A client that takes nothing of an answer for twice as long, in milliseconds, is not waited for at the end. */
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
  readonly begin: (call: Call) => void;
  readonly bytes: UnsentBytes;
}

/**
 * One connection of a client, and what was asked on it. At most a few of its requests are under way at a time; while others
 * wait, nothing more is read from it. Node tells of the end of an answer only where the answer had its turn on the connection,
 * and of the end of the connection not at all to those that wait for theirs; both are observed here.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  /** In the order in which they are answered. */
  readonly #calls: Call[] = [];
  /** Those that have arrived behind them. */
  readonly #waiting: Waiting[] = [];
  #state: 'open' | 'saying-farewell' | 'over' = 'open';
  /** Requests behind the last answer: not heard, and kept by Node until the connection ends. */
  readonly #unheard: UnsentBytes[] = [];
  /** Refuses what follows the requests that were understood. */
  #refusal: (() => void) | null = null;
  #sendTimer: NodeJS.Timeout | null = null;
  /** What had arrived when it was last idle. */
  #heardBytes = 0;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
  }

  /**
   * @param begin called at once, or when enough of the requests before it have been answered; never when the connection has
   * carried its last answer: what arrives after that is not heard
   */
  receive(req: IncomingMessage, res: ServerResponse, begin: (call: Call) => void): void {
    const isHeard = this.#state !== 'over' && !this.#refusal;
    if (isHeard && this.#waiting.length === 0 && this.#mayBegin) return this.#begin(req, res, begin);
    const bytes = { connection: this, network: this.#options.networkOf(req), bytes: WAITING_BYTES };
    if (isHeard) this.#waiting.push({ req, res, begin, bytes });
    else this.#unheard.push(bytes);
    this.#socket.pause();
    this.#options.unsent.hold(bytes);
  }

  get isAtWork(): boolean {
    return this.#waiting.length > 0 || this.#calls.some((call) => call.isAtWork);
  }

  /** Whether all that is under way is a request that has not arrived as a whole. */
  get isArriving(): boolean {
    return this.#calls.length > 0 && this.#calls.every((call) => call.isArriving);
  }

  /** Whether nothing that was begun was asked after it. */
  isLatest(call: Call): boolean {
    return this.#calls.at(-1) === call;
  }

  /** Nothing is carried after the answer to this call; what was asked behind it will not be answered. */
  endWith(call: Call): void {
    this.#state = 'over';
    this.#dropWaiting();
    for (const later of this.#calls.splice(this.#calls.indexOf(call) + 1)) this.#forget(later);
  }

  /** Call it when the answer has been handed on. */
  answered(call: Call): void {
    call.answered();
    if (call.res.writableLength > 0 && this.#calls.includes(call)) this.#holdUnsent(call);
    if (this.#state === 'saying-farewell') this.#hurry();
  }

  /** Refuses what follows, which is no request, after all that was asked before it has been answered. */
  refuse(refusal: () => void): void {
    this.#refusal ??= refusal;
    if (this.#waiting.at(-1)?.req.complete === false)
      this.#options.unsent.release(this.#waiting.pop()!.bytes);
    this.#refuseWhenAnswered();
  }

  /** Ends it as soon as nothing is under way on it; what is still arriving is refused. */
  sayFarewell(): void {
    if (this.#state === 'open') this.#state = 'saying-farewell';
    if (this.#calls.length === 0) return this.#close();
    for (const call of this.#calls) call.refuseBody(new Fault('UNAVAILABLE'));
    this.#hurry();
  }

  /** Ends it at once. */
  cut(): void {
    this.#socket.destroy();
  }

  /** It has been closed, by either side. */
  closed(): void {
    this.#state = 'over';
    if (this.#sendTimer) clearTimeout(this.#sendTimer);
    this.#dropWaiting();
    for (const bytes of this.#unheard.splice(0)) this.#options.unsent.release(bytes);
    for (const call of this.#calls.splice(0)) this.#forget(call);
  }

  get #mayBegin(): boolean {
    if (this.#calls.length >= MAX_UNDER_WAY) return false;
    return this.#calls.reduce((bytes, { unsent }) => bytes + (unsent?.bytes ?? 0), 0) < MAX_UNSENT_BYTES;
  }

  #begin(req: IncomingMessage, res: ServerResponse, begin: (call: Call) => void): void {
    const call = new Call(req, res);
    this.#calls.push(call);
    this.#options.network.idle.delete(this);
    res.once('close', () => this.#end(call));
    begin(call);
  }

  #end(call: Call): void {
    this.#forget(call);
    const index = this.#calls.indexOf(call);
    if (index >= 0) this.#calls.splice(index, 1);
    this.#beginWaiting();
    this.#watchSending();
    if (this.#refusal) this.#refuseWhenAnswered();
    if (this.#calls.length > 0) return;
    this.#heardBytes = this.#socket.bytesRead;
    if (this.#state === 'saying-farewell') this.#close();
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

  #holdUnsent(call: Call): void {
    const { networkOf, unsent } = this.#options;
    call.unsent = { connection: this, network: networkOf(call.req), bytes: call.res.writableLength };
    this.#watchSending();
    unsent.hold(call.unsent);
  }

  #forget(call: Call): void {
    call.end();
    if (call.unsent) this.#options.unsent.release(call.unsent);
    call.unsent = null;
  }

  #dropWaiting(): void {
    for (const { bytes } of this.#waiting.splice(0)) this.#options.unsent.release(bytes);
  }

  /** Looks from time to time whether the client reads on, for as long as there is something to read. */
  #watchSending(): void {
    if (this.#sendTimer || this.#socket.writableLength === 0) return;
    const sent = this.#sentBytes;
    this.#sendTimer = setTimeout(() => {
      this.#sendTimer = null;
      if (this.#socket.writableLength > 0 && this.#sentBytes === sent) {
        countDestroyed('unread');
        this.cut();
      } else this.#watchSending();
    }, this.#options.sendTimeoutMs);
  }

  /**
   * A number that grows whenever the system takes more of an answer: of a single large write, too, which `writableLength` counts in
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
    if (this.#calls.some(({ req }) => req.complete)) return;
    this.#state = 'over';
    this.#refusal!();
  }

  #close(): void {
    const hasHeardHalf = this.#state !== 'over' && this.#socket.bytesRead > this.#heardBytes;
    this.#state = 'over';
    if (hasHeardHalf) refuseUnfinished(this.#socket);
    else this.#socket.destroy();
  }

  /** Node cuts it when the time has passed, and once more, without a byte taken. */
  #hurry(): void {
    if (!this.isAtWork) this.#socket.setTimeout(STALLED_MS);
  }
}
