/**
 * The response to a batch: a frame for each operation, in the order in which they were executed, so that none waits for a slower one. A frame is
 *
 *     <index of the operation> <HTTP status> <bytes of the body> <cache-control>\n<body>
 *
 * with what a single operation would have been answered; the cache-control is empty where there was none. The line `close`, alone, means that
 * the connection carries no other request behind this response, although its head did not say so: the server has begun to shut down meanwhile.
 */
export const BATCH_RESPONSE_TYPE = 'application/x-firstcome-batch';

export interface BatchedAnswer {
  readonly index: number;
  readonly status: number;
  readonly cacheControl: string;
  readonly text: string;
}

export const CLOSE = 'close\n';

export const formatAnswer = ({ index, status, cacheControl, text }: BatchedAnswer): string =>
  `${index} ${status} ${Buffer.byteLength(text)} ${cacheControl}\n${text}`;

const LINE_END = 10;
const HEAD = /^(\d{1,6}) (\d{3}) (\d{1,10}) (.*)$/;
const LONGEST_HEAD = 1_000;

/** Reads the frames of a response, however it is cut into chunks. */
export class AnswerDecoder {
  readonly #onAnswer: (answer: BatchedAnswer) => void;
  #chunks: Buffer[] = [];
  #size = 0;
  /** Bytes without which no further frame is complete. */
  #needed = 1;
  #closes = false;

  constructor(onAnswer: (answer: BatchedAnswer) => void) {
    this.#onAnswer = onAnswer;
  }

  /** Whether the connection carries no other request behind this response. */
  get closes(): boolean {
    return this.#closes;
  }

  /** @throws {Error} where it is not of this form */
  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size < this.#needed) return;
    const bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    const read = this.#read(bytes);
    this.#chunks = read < bytes.length ? [bytes.subarray(read)] : [];
    this.#size = bytes.length - read;
  }

  /** @returns how many of the bytes were complete frames */
  #read(bytes: Buffer): number {
    for (let at = 0; ;) {
      const headEnd = bytes.indexOf(LINE_END, at);
      if ((headEnd < 0 ? bytes.length : headEnd) - at > LONGEST_HEAD) throw new Error(MALFORMED);
      if (headEnd < 0) {
        this.#needed = bytes.length - at + 1;
        return at;
      }
      const head = bytes.toString('latin1', at, headEnd);
      const bodyBegin = headEnd + 1;
      if (head === 'close') {
        this.#closes = true;
        at = bodyBegin;
        continue;
      }
      const [, index, status, length, cacheControl = ''] = HEAD.exec(head) ?? [];
      if (index === undefined) throw new Error(MALFORMED);
      const bodyEnd = bodyBegin + Number(length);
      if (bodyEnd > bytes.length) {
        this.#needed = bodyEnd - at;
        return at;
      }
      const text = bytes.toString('utf8', bodyBegin, bodyEnd);
      this.#onAnswer({ index: Number(index), status: Number(status), cacheControl, text });
      at = bodyEnd;
    }
  }
}

const MALFORMED = 'The response is not that to a batch.';
