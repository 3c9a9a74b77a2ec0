import { randomUUID } from 'node:crypto';
import { Pool } from 'undici';
import { KEY, type Load, type LoadResult } from './load.ts';

/** A request that takes longer has failed. */
const TIMEOUT_MS = 60_000;

/** Sends one load, and resolves once the last answer has come. */
export class Sender {
  readonly #load: Load;
  readonly #pool: Pool;
  readonly #path: string;
  readonly #answers: readonly (readonly [name: string, text: string])[];
  readonly #counts: Record<string, number>;
  readonly #milliseconds: number[] = [];
  #sent = 0;
  #failed = 0;
  #failure: string | undefined;

  constructor(load: Load) {
    const { origin, pathname } = new URL(load.url);
    this.#load = load;
    this.#path = pathname;
    this.#answers = Object.entries(load.answers);
    this.#counts = Object.fromEntries(this.#answers.map(([name]) => [name, 0]));
    this.#pool = new Pool(origin, {
      connections: load.connections,
      pipelining: 1,
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    });
  }

  async run(): Promise<LoadResult> {
    const began = performance.now();
    await (this.#load.rate === undefined
      ? this.#sendClosed(began)
      : this.#sendAtRate(began, this.#load.rate));
    const seconds = (performance.now() - began) / 1_000;
    await this.#pool.close();
    return {
      seconds,
      sent: this.#sent,
      counts: this.#counts,
      failed: this.#failed,
      failure: this.#failure,
      milliseconds: Float64Array.from(this.#milliseconds),
    };
  }

  async #sendClosed(began: number): Promise<void> {
    const goesOn = this.#limit(began);
    const sendInTurn = async () => {
      while (goesOn()) await this.#send(performance.now());
    };
    await Promise.all(Array.from({ length: this.#load.connections }, sendInTurn));
  }

  /** Requests that are due together, because a timer fires late, are sent together: each counts from when it was due. */
  #sendAtRate(began: number, rate: number): Promise<void> {
    const goesOn = this.#limit(began);
    const underWay = new Set<Promise<void>>();
    return new Promise((resolve) => {
      const timer = setInterval(() => {
        while (goesOn() && began + (this.#sent * 1_000) / rate <= performance.now()) {
          const one = this.#send(began + (this.#sent * 1_000) / rate).finally(() => underWay.delete(one));
          underWay.add(one);
        }
        if (goesOn()) return;
        clearInterval(timer);
        void Promise.all(underWay).then(() => resolve());
      }, 1);
    });
  }

  #limit(began: number): () => boolean {
    const { stop } = this.#load;
    if ('afterRequests' in stop) return () => this.#sent < stop.afterRequests;
    return () => performance.now() - began < stop.afterSeconds * 1_000;
  }

  #send(since: number): Promise<void> {
    const { body, headers, tokens } = this.#load;
    const token = tokens[this.#sent++ % tokens.length];
    return new Promise((resolve) => {
      let text = '';
      const end = (error?: Error) => {
        this.#milliseconds.push(performance.now() - since);
        this.#count(text, error);
        resolve();
      };
      this.#pool.dispatch(
        {
          method: 'POST',
          path: this.#path,
          headers: token === undefined ? headers : { ...headers, authorization: `Bearer ${token}` },
          body: body.replace(KEY, randomUUID()),
        },
        {
          onRequestStart: () => undefined,
          onResponseStart: () => undefined,
          onResponseData: (_, chunk) => void (text += chunk.toString('latin1')),
          onResponseEnd: () => end(),
          onResponseError: (_, error) => end(error),
        },
      );
    });
  }

  #count(text: string, error: Error | undefined): void {
    const answer = error ? undefined : this.#answers.find(([, part]) => text.includes(part));
    if (answer) {
      this.#counts[answer[0]]!++;
      return;
    }
    this.#failed++;
    this.#failure ??= error?.message ?? text;
  }
}
