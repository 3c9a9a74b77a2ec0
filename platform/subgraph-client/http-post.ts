import type { Dispatcher } from 'undici';
import { INSTANCE_HEADER } from '../identity/identity.ts';

export interface PostRequest {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

export interface PostResponse {
  readonly status: number;
  readonly text: string;
  /** The header, or an empty string. */
  readonly cacheControl: string;
  /** Of a refusal because the identity was signed for another process (421): the id of the one that answered; else null. */
  readonly misdirectedTo: string | null;
  /** Whether the connection carries nothing after this. */
  readonly isLast: boolean;
}

/** No answer came in time. */
export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlinePassed';

  /** @param wasSent whether anything may have left this process */
  constructor(readonly wasSent: boolean) {
    super(wasSent ? 'No answer came in time.' : 'There was no connection to ask by in time.');
  }
}

/**
 * One POST and its whole answer, by undici's `dispatch`: its `request` makes a stream for each answer, and an AbortSignal for the
 * deadline, which is a third of what it costs to ask.
 *
 * @param patienceMs from now on, in milliseconds
 * @throws {DeadlineExceeded}, or what undici throws
 */
export function httpPost(
  dispatcher: Dispatcher,
  question: PostRequest,
  patienceMs: number,
): Promise<PostResponse> {
  return new Promise((resolve, reject) => {
    dispatcher.dispatch(
      { method: 'POST', ...question, headersTimeout: 0, bodyTimeout: 0 },
      new Exchange(patienceMs, resolve, reject),
    );
  });
}

class Exchange implements Dispatcher.DispatchHandler {
  readonly #resolve: (answer: PostResponse) => void;
  readonly #reject: (error: Error) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #chunks: Buffer[] = [];
  #controller: Dispatcher.DispatchController | null = null;
  #isLate = false;
  #status = 0;
  #cacheControl = '';
  #misdirectedTo: string | null = null;
  #isLast = false;

  constructor(patienceMs: number, resolve: (answer: PostResponse) => void, reject: (error: Error) => void) {
    this.#resolve = resolve;
    this.#reject = reject;
    this.#timer = setTimeout(() => this.#giveUp(), patienceMs);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // It waited for a connection for longer than anybody waits for the answer.
    if (this.#isLate) controller.abort(new DeadlineExceeded(false));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    this.#status = status;
    this.#cacheControl = String(headers['cache-control'] ?? '');
    this.#isLast = headers['connection'] === 'close';
    if (status === 421) this.#misdirectedTo = headers[INSTANCE_HEADER]?.toString() ?? null;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    clearTimeout(this.#timer);
    const body = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
    this.#resolve({
      status: this.#status,
      text: body.toString('utf8'),
      cacheControl: this.#cacheControl,
      misdirectedTo: this.#misdirectedTo,
      isLast: this.#isLast,
    });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    clearTimeout(this.#timer);
    this.#reject(error);
  }

  #giveUp(): void {
    this.#isLate = true;
    const passed = new DeadlineExceeded(this.#controller !== null);
    if (this.#controller) this.#controller.abort(passed);
    this.#reject(passed);
  }
}
