import type { BodyParts, HttpReply } from '../http/types.ts';
import { BATCH_RESPONSE_TYPE, CLOSE, formatAnswer } from '../operation-batch/batch-response.ts';

/** A proxy in between must not collect the answers. */
const HEADERS = { 'content-type': BATCH_RESPONSE_TYPE, 'x-accel-buffering': 'no' };

/**
 * The response to a batch. Answers that are ready in the same turn of the event loop are one write; where that is all of them, one response
 * with a length. Else it is streamed, and each answer goes out at the end of the turn in which it is ready.
 */
export class BatchAnswers {
  /** As soon as the first answer is ready. */
  readonly reply: Promise<HttpReply>;
  #resolve!: (reply: HttpReply) => void;
  #state: 'collecting' | 'replied' | 'streaming' = 'collecting';
  #out: BodyParts | null = null;
  #ready = '';
  #missing: number;
  #isScheduled = false;

  /** @param operations how many there are */
  constructor(operations: number) {
    this.#missing = operations;
    this.reply = new Promise((resolve) => (this.#resolve = resolve));
  }

  add(index: number, { status, headers, body = '' }: HttpReply): void {
    const cacheControl = headers?.['cache-control'] ?? '';
    this.#ready += formatAnswer({ index, status, cacheControl, text: body.toString() });
    this.#missing -= 1;
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#state === 'replied' || this.#ready === '') return;
    if (this.#state === 'collecting') return this.#begin();
    const text = this.#take();
    if (this.#missing > 0) this.#out?.write(text);
    else this.#out?.end((closes) => (closes ? CLOSE + text : text));
  }

  #begin(): void {
    this.#state = 'replied';
    const head = { status: 200, headers: HEADERS };
    if (this.#missing === 0) return this.#resolve({ ...head, body: this.#take() });
    const parts = (out: BodyParts) => {
      this.#out = out;
      this.#state = 'streaming';
      this.#flush();
    };
    this.#resolve({ ...head, parts });
  }

  #take(): string {
    const text = this.#ready;
    this.#ready = '';
    return text;
  }
}
