import type { Writable } from 'node:stream';
import type { Listener, LiveProduct } from './live-product.ts';

/** When a client whose stream ended comes back, in milliseconds; spread, so that not all of them come at once. */
const RETRY_MS = { least: 1_000, most: 5_000 } as const;
/** A client that has read nothing for so many heartbeats is gone. */
const TIMEOUT_BEATS = 4;

/**
 * One stream of server-sent events (HTML Living Standard, 9.2). An event's id names the states of all its products that the
 * client has by then. Backpressure: at most one event of a client waits in memory, and a slow client gets the latest state instead of each change.
 */
export class LiveClient implements Listener {
  readonly #out: Writable;
  readonly #products: readonly LiveProduct[];
  /** The tags of what the client has, product by product. */
  readonly #has: string[];
  #isWriting = false;
  #isBehind = false;
  #beatsMissed = 0;

  /** @param lastEventId what the client says that it has; nothing, if it is not for these products */
  constructor(out: Writable, products: readonly LiveProduct[], lastEventId: string | undefined) {
    this.#out = out;
    this.#products = products;
    const has = lastEventId?.split('.') ?? [];
    this.#has = has.length === products.length ? has : products.map(() => '');
  }

  /** Sends at once what the client does not have, and from then on what changes. */
  start(): void {
    const retryMs = RETRY_MS.least + Math.floor(Math.random() * (RETRY_MS.most - RETRY_MS.least));
    this.#write(`retry: ${retryMs}\n\n${this.#catchUp()}`);
    for (const product of this.#products) product.listen(this);
  }

  notify(): void {
    if (this.#isWriting) this.#isBehind = true;
    else this.#writeNews();
  }

  /** A comment, by which both sides see whether the other one is still there. */
  beat(): void {
    if (!this.#isWriting) return this.#write(':\n\n');
    this.#beatsMissed += 1;
    if (this.#beatsMissed >= TIMEOUT_BEATS) this.#out.destroy();
  }

  /** The client comes back by itself, to this process or to another one. */
  end(): void {
    this.#out.end();
  }

  /** As `end`; a client that is slow to read keeps nothing by that. */
  shed(): void {
    if (this.#isWriting) this.#out.destroy();
    else this.#out.end();
  }

  #writeNews(): void {
    const news = this.#catchUp();
    if (news !== '') this.#write(news);
  }

  /** Events for all that the client does not have. */
  #catchUp(): string {
    let events = '';
    this.#products.forEach((product, index) => {
      if (this.#has[index] === product.tag) return;
      this.#has[index] = product.tag;
      events += `id: ${this.#has.join('.')}\n${product.event}`;
    });
    return events;
  }

  #write(text: string): void {
    this.#isWriting = true;
    this.#out.write(text, this.#written);
  }

  readonly #written = (error?: Error | null): void => {
    if (error) return;
    this.#isWriting = false;
    this.#beatsMissed = 0;
    if (!this.#isBehind) return;
    this.#isBehind = false;
    this.#writeNews();
  };
}
