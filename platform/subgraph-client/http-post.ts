import type { Dispatcher } from 'undici';
import { INSTANCE_HEADER } from '../identity/identity.ts';
import { BATCH_HEADER } from '../operation-batch/batch-limits.ts';

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
  /** Where the identity was signed for another process (421): the id of the process that responded; else null. */
  readonly misdirectedTo: string | null;
  /** The header in which a process states that it accepts batches, or an empty string. */
  readonly batchLimits: string;
  /** Whether the server closes the connection after this response. */
  readonly isLast: boolean;
}

/** No response arrived before the deadline. */
export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlinePassed';

  /** @param wasSent whether anything may have left this process */
  constructor(readonly wasSent: boolean) {
    super(wasSent ? 'No response arrived in time.' : 'No connection became available in time.');
  }
}

/**
 * One HTTP POST and its complete response, by undici's `dispatch`: its `request` creates a stream for each response and an AbortSignal
 * for the deadline, which is a third of the CPU time of a request.
 *
 * @param timeoutMs from now on, in milliseconds
 * @throws {DeadlineExceeded}, or what undici throws
 */
export function httpPost(
  dispatcher: Dispatcher,
  request: PostRequest,
  timeoutMs: number,
): Promise<PostResponse> {
  return new Promise((resolve, reject) => {
    dispatcher.dispatch(
      { method: 'POST', ...request, headersTimeout: 0, bodyTimeout: 0 },
      new HttpPost(timeoutMs, resolve, reject),
    );
  });
}

type Headers = Record<string, string | string[] | undefined>;

/** Collects a response. */
export class ResponseReader {
  readonly #chunks: Buffer[] = [];
  #status = 0;
  #headers: Headers = {};

  begin(status: number, headers: Headers): void {
    this.#status = status;
    this.#headers = headers;
  }

  /** Whether the head says that the server closes the connection behind it. */
  get isLast(): boolean {
    return this.#headers['connection'] === 'close';
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  end(): PostResponse {
    const body = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
    const headers = this.#headers;
    return {
      status: this.#status,
      text: body.toString('utf8'),
      cacheControl: String(headers['cache-control'] ?? ''),
      misdirectedTo: this.#status === 421 ? (headers[INSTANCE_HEADER]?.toString() ?? null) : null,
      batchLimits: headers[BATCH_HEADER]?.toString() ?? '',
      isLast: this.isLast,
    };
  }
}

class HttpPost implements Dispatcher.DispatchHandler {
  readonly #resolve: (response: PostResponse) => void;
  readonly #reject: (error: Error) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #response = new ResponseReader();
  #controller: Dispatcher.DispatchController | null = null;
  #hasTimedOut = false;

  constructor(timeoutMs: number, resolve: (response: PostResponse) => void, reject: (error: Error) => void) {
    this.#resolve = resolve;
    this.#reject = reject;
    this.#timer = setTimeout(() => this.#timeOut(), timeoutMs);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // The deadline passed while the request was queued for a connection.
    if (this.#hasTimedOut) controller.abort(new DeadlineExceeded(false));
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Headers): void {
    this.#response.begin(status, headers);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#response.push(chunk);
  }

  onResponseEnd(): void {
    clearTimeout(this.#timer);
    this.#resolve(this.#response.end());
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    clearTimeout(this.#timer);
    this.#reject(error);
  }

  #timeOut(): void {
    this.#hasTimedOut = true;
    const exceeded = new DeadlineExceeded(this.#controller !== null);
    if (this.#controller) this.#controller.abort(exceeded);
    this.#reject(exceeded);
  }
}
