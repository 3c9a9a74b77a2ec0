import { randomUUID } from 'node:crypto';
import { Client } from 'undici';
import { KEY, type Load, type LoadResult } from './load.ts';

/** A request that takes longer has failed. */
const TIMEOUT_MS = 120_000;
/** Connections that are opened at a time: more would have to wait for each other in the queue of the listening socket. */
const OPENED_AT_ONCE = 200;

/** Sends one load over connections of its own. */
export class Sender {
  readonly #load: Load;
  readonly #clients: readonly Client[];
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
    this.#clients = Array.from(
      { length: load.connections },
      () => new Client(origin, { pipelining: 1, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS }),
    );
  }

  /** Opens every connection, by a request that costs little wherever it arrives. */
  async open(): Promise<void> {
    for (let from = 0; from < this.#clients.length; from += OPENED_AT_ONCE)
      await Promise.all(
        this.#clients.slice(from, from + OPENED_AT_ONCE).map(async (client) => {
          const { body } = await client.request({ method: 'GET', path: '/health/live' });
          await body.dump();
        }),
      );
  }

  /** Resolves once the last answer has come. */
  async run(): Promise<LoadResult> {
    const began = performance.now();
    const { rate } = this.#load;
    await (rate === undefined ? this.#sendClosed(began) : this.#sendAtRate(began, rate));
    const seconds = (performance.now() - began) / 1_000;
    await Promise.all(this.#clients.map((client) => client.destroy()));
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
    await Promise.all(
      this.#clients.map(async (client) => {
        while (goesOn()) await this.#send(client, performance.now());
      }),
    );
  }

  /** Requests that are due while no connection is free wait for one: each counts from when it was due. */
  #sendAtRate(began: number, rate: number): Promise<void> {
    const goesOn = this.#limit(began);
    const free = [...this.#clients];
    const dueAt = () => began + (this.#sent * 1_000) / rate;
    return new Promise((resolve) => {
      const timer = setInterval(() => {
        while (goesOn() && free.length > 0 && dueAt() <= performance.now()) {
          const client = free.pop()!;
          void this.#send(client, dueAt()).then(() => free.push(client));
        }
        if (goesOn() || free.length < this.#clients.length) return;
        clearInterval(timer);
        resolve();
      }, 1);
    });
  }

  #limit(began: number): () => boolean {
    const { stop } = this.#load;
    if ('afterRequests' in stop) return () => this.#sent < stop.afterRequests;
    return () => performance.now() - began < stop.afterSeconds * 1_000;
  }

  /** @param since the moment from which its time counts */
  #send(client: Client, since: number): Promise<void> {
    const { body, headers, tokens } = this.#load;
    const token = tokens[this.#sent++ % tokens.length];
    return new Promise((resolve) => {
      let text = '';
      const end = (error?: Error) => {
        this.#milliseconds.push(performance.now() - since);
        this.#count(text, error);
        resolve();
      };
      client.dispatch(
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
