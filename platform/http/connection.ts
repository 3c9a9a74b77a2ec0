import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Fault } from '../errors.ts';
import { refuseUnfinished } from './broken-request.ts';
import { Call } from './call.ts';

/** Whoever takes nothing of an answer for twice as long, in milliseconds, is not waited for at the end. */
const STALLED_MS = 750;

/**
 * One connection of a client, and what was asked on it. Node tells of the end of an answer only where the answer had its turn on
 * the connection, and of the end of the connection not at all to those that wait for theirs; here both are told.
 */
export class Connection {
  readonly #socket: Socket;
  /** In the order in which they are answered. */
  readonly #calls: Call[] = [];
  #state: 'open' | 'saying-farewell' | 'over' = 'open';
  /** What had arrived when it was last idle. */
  #heardBytes = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** @returns null when the connection has carried its last answer: whatever arrives after that is not heard */
  begin(req: IncomingMessage, res: ServerResponse): Call | null {
    if (this.#state === 'over') return null;
    const call = new Call(req, res);
    this.#calls.push(call);
    res.once('close', () => this.#end(call));
    return call;
  }

  get isAtWork(): boolean {
    return this.#calls.some((call) => call.isAtWork);
  }

  /** Whether nothing was asked after it. */
  isLatest(call: Call): boolean {
    return this.#calls.at(-1) === call;
  }

  /** Nothing is carried after the answer to this call; who has asked behind it will not be answered. */
  endWith(call: Call): void {
    this.#state = 'over';
    for (const later of this.#calls.splice(this.#calls.indexOf(call) + 1)) later.end();
  }

  /** Call it when the answer has been handed on. */
  answered(call: Call): void {
    call.answered();
    if (this.#state === 'saying-farewell') this.#hurry();
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

  /** It has been closed, by whomever. */
  closed(): void {
    this.#state = 'over';
    for (const call of this.#calls.splice(0)) call.end();
  }

  #end(call: Call): void {
    call.end();
    const index = this.#calls.indexOf(call);
    if (index >= 0) this.#calls.splice(index, 1);
    if (this.#calls.length > 0) return;
    this.#heardBytes = this.#socket.bytesRead;
    if (this.#state === 'saying-farewell') this.#close();
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
