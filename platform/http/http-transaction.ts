import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Fault } from '../errors.ts';
import type { Holding } from './byte-budget.ts';
import { receiveBody, type ArrivingBody } from './read-body.ts';

/** Bytes that are kept for a connection because its client does not read. */
export interface UnsentBytes extends Holding {
  readonly connection: { cut(): void };
}

/** One request on a connection, until its answer has been taken or nobody will take it any more. */
export class Call {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** What is kept of its answer because the client has not read it. */
  unsent: UnsentBytes | null = null;
  #stage: 'at-work' | 'arriving' | 'answered' | 'over' = 'at-work';
  #body: ArrivingBody | undefined;
  // Most requests never ask.
  #gone: AbortController | undefined;
  #isGone = false;

  constructor(req: IncomingMessage, res: ServerResponse) {
    this.req = req;
    this.res = res;
  }

  /** It has arrived, or is being looked at, and is not answered. */
  get isAtWork(): boolean {
    return this.#stage === 'at-work';
  }

  /** Its body has not arrived as a whole. */
  get isArriving(): boolean {
    return this.#stage === 'arriving';
  }

  /** Nobody will take an answer. */
  get isOver(): boolean {
    return this.#stage === 'over';
  }

  /** Aborted when nobody will take the answer any more. */
  get gone(): AbortSignal {
    this.#gone ??= new AbortController();
    if (this.#isGone) this.#gone.abort();
    return this.#gone.signal;
  }

  /** @throws {Fault} PAYLOAD_TOO_LARGE; BAD_REQUEST when the body does not arrive, or is not UTF-8; what `refuseBody` was given */
  async readBody(maxBytes: number): Promise<string> {
    this.#stage = 'arriving';
    this.#body = receiveBody(this.req, maxBytes);
    try {
      return await this.#body.text;
    } finally {
      this.#body = undefined;
      if (this.#stage === 'arriving') this.#stage = 'at-work';
    }
  }

  /** Waits no longer for a body that is still arriving; without one, nothing happens. */
  refuseBody(reason: Fault): void {
    this.#body?.refuse(reason);
  }

  /** The whole answer has been handed on. */
  answered(): void {
    if (this.#stage !== 'over') this.#stage = 'answered';
  }

  /** The answer has been taken, or never will be. */
  end(): void {
    if (this.#stage === 'over') return;
    this.#stage = 'over';
    if (this.res.writableFinished) return;
    this.#isGone = true;
    this.#gone?.abort();
  }
}
