import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Fault } from '../errors.ts';
import type { Holding } from './byte-budget.ts';
import { receiveBody, type ArrivingBody } from './read-body.ts';

/** Bytes that are kept for a connection because its client does not read. */
export interface UnsentBytes extends Holding {
  readonly connection: { destroy(): void };
}

/** One request on a connection and its response, until the response has been delivered or can no longer be. */
export class HttpTransaction {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** The buffered part of its response, which the client has not read. */
  unsent: UnsentBytes | null = null;
  #stage: 'in-progress' | 'arriving' | 'responded' | 'over' = 'in-progress';
  #body: ArrivingBody | undefined;
  // Created on demand, as most requests do not use it.
  #gone: AbortController | undefined;
  #isGone = false;

  constructor(req: IncomingMessage, res: ServerResponse) {
    this.req = req;
    this.res = res;
  }

  /** It has arrived, and its response is not complete. */
  get isInProgress(): boolean {
    return this.#stage === 'in-progress';
  }

  /** Its body has not arrived as a whole. */
  get isArriving(): boolean {
    return this.#stage === 'arriving';
  }

  /** A response can no longer be delivered. */
  get isOver(): boolean {
    return this.#stage === 'over';
  }

  /** Aborted when the response can no longer be delivered. */
  get gone(): AbortSignal {
    this.#gone ??= new AbortController();
    if (this.#isGone) this.#gone.abort();
    return this.#gone.signal;
  }

  /** @throws {Fault} PAYLOAD_TOO_LARGE; BAD_REQUEST when the body does not arrive, or is not UTF-8; the reason of `refuseBody` */
  async readBody(maxBytes: number): Promise<string> {
    this.#stage = 'arriving';
    this.#body = receiveBody(this.req, maxBytes);
    try {
      return await this.#body.text;
    } finally {
      this.#body = undefined;
      if (this.#stage === 'arriving') this.#stage = 'in-progress';
    }
  }

  /** Rejects a body that is still arriving; without one, nothing happens. */
  refuseBody(reason: Fault): void {
    this.#body?.refuse(reason);
  }

  /** The complete response has been written. */
  responded(): void {
    if (this.#stage !== 'over') this.#stage = 'responded';
  }

  /** The response has been delivered, or never will be. */
  end(): void {
    if (this.#stage === 'over') return;
    this.#stage = 'over';
    if (this.res.writableFinished) return;
    this.#isGone = true;
    this.#gone?.abort();
  }
}
