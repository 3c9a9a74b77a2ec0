import type { Dispatcher } from 'undici';
import { AnswerDecoder, BATCH_RESPONSE_TYPE, type BatchedAnswer } from '../operation-batch/batch-response.ts';
import type { Call } from './call.ts';
import { DeadlineExceeded, ResponseReader, type PostRequest, type PostResponse } from './http-post.ts';

/** A call whose response is awaited. */
export interface Pending {
  readonly call: Call;
  readonly resolve: (response: PostResponse) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One HTTP POST for several calls, which is answered one by one. Each call ends by itself: with its answer, at its own deadline, or with the
 * connection; the request is aborted once none is left. A response to the request as a whole, such as a refusal, is handed over with the calls.
 *
 * @param onWhole a response that is none to a batch, and the calls that still wait
 */
export function postBatch(
  dispatcher: Dispatcher,
  request: PostRequest,
  pending: readonly Pending[],
  onWhole: (response: PostResponse, pending: readonly Pending[]) => void,
): void {
  dispatcher.dispatch(
    { method: 'POST', ...request, headersTimeout: 0, bodyTimeout: 0 },
    new BatchPost(pending, onWhole),
  );
}

class BatchPost implements Dispatcher.DispatchHandler {
  /** By the index of the call in the request. */
  readonly #waiting: Map<number, Pending>;
  readonly #onWhole: (response: PostResponse, pending: readonly Pending[]) => void;
  readonly #response = new ResponseReader();
  readonly #decoder = new AnswerDecoder((answer) => this.#answer(answer));
  #isBatch = false;
  /** One timer for all: the next deadline. */
  #timer: NodeJS.Timeout;
  #controller: Dispatcher.DispatchController | null = null;

  constructor(
    pending: readonly Pending[],
    onWhole: (response: PostResponse, pending: readonly Pending[]) => void,
  ) {
    this.#waiting = new Map(pending.entries());
    this.#onWhole = onWhole;
    this.#timer = this.#awaitDeadline();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // All deadlines passed while the request was queued for a connection.
    if (this.#waiting.size === 0) controller.abort(new DeadlineExceeded(false));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    this.#response.begin(status, headers);
    this.#isBatch = status === 200 && headers['content-type'] === BATCH_RESPONSE_TYPE;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#isBatch) return this.#response.push(chunk);
    try {
      this.#decoder.push(chunk);
    } catch (error) {
      controller.abort(error as Error);
      return;
    }
    // So that the connection, which the server closes, gets no other request.
    if (this.#decoder.closes && this.#waiting.size === 0)
      controller.abort(new Error('The server shuts down.'));
  }

  onResponseEnd(): void {
    if (this.#isBatch) return this.#fail(new Error('The response to a batch ended without this answer.'));
    clearTimeout(this.#timer);
    const pending = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#onWhole(this.#response.end(), pending);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(error);
  }

  #answer({ index, status, cacheControl, text }: BatchedAnswer): void {
    const pending = this.#waiting.get(index);
    if (!pending) return;
    this.#waiting.delete(index);
    const isLast = this.#response.isLast || this.#decoder.closes;
    pending.resolve({ status, text, cacheControl, misdirectedTo: null, batchLimits: '', isLast });
  }

  #fail(error: Error): void {
    clearTimeout(this.#timer);
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  #awaitDeadline(): NodeJS.Timeout {
    let next = Number.POSITIVE_INFINITY;
    for (const { call } of this.#waiting.values()) next = Math.min(next, call.deadline);
    return setTimeout(() => this.#timeOut(), Math.max(1, next - performance.now()));
  }

  #timeOut(): void {
    const now = performance.now();
    const exceeded = new DeadlineExceeded(this.#controller !== null);
    for (const [index, { call, reject }] of this.#waiting) {
      if (call.deadline > now) continue;
      this.#waiting.delete(index);
      reject(exceeded);
    }
    if (this.#waiting.size > 0) this.#timer = this.#awaitDeadline();
    else this.#controller?.abort(exceeded);
  }
}
