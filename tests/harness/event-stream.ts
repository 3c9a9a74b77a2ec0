import { get, type IncomingMessage } from 'node:http';

/** State of a product in the live stream. */
export interface LiveEvent {
  readonly productId: string;
  readonly status: string;
  readonly opensAt: string;
  readonly closesAt: string | null;
  readonly purchaseLimit: number | null;
  readonly stock: {
    readonly total: number;
    readonly sold: number;
    readonly reserved: number;
    readonly remaining: number;
    readonly soldOut: boolean;
    readonly asOf: string;
  } | null;
  readonly serverTime: string;
}

/** A client of `/live/stock` as a browser's EventSource is one, without its coming back by itself. */
export class EventStream {
  readonly events: { readonly id: string; readonly at: number; readonly data: LiveEvent }[] = [];
  readonly response: IncomingMessage;
  /** All that came, comments included. */
  text = '';
  hasEnded = false;
  #rest = '';

  private constructor(response: IncomingMessage) {
    this.response = response;
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => this.#receive(chunk));
    response.on('close', () => {
      this.hasEnded = true;
    });
    response.on('error', () => undefined);
  }

  /** @param more headers, `last-event-id` for one @throws `HTTP <status>` when the answer is no stream */
  static async open(
    url: string,
    productIds: readonly string[],
    more: Readonly<Record<string, string>> = {},
  ): Promise<EventStream> {
    const query = productIds.map((id) => `productId=${id}`).join('&');
    const headers = { accept: 'text/event-stream', ...more };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get(`${url}/live/stock?${query}`, { headers, agent: false }, resolve).on('error', reject);
    });
    if (response.statusCode !== 200) {
      response.destroy();
      throw new Error(`HTTP ${response.statusCode}`);
    }
    return new EventStream(response);
  }

  get last(): LiveEvent | undefined {
    return this.events.at(-1)?.data;
  }

  get lastEventId(): string {
    return this.events.at(-1)!.id;
  }

  close(): void {
    this.response.destroy();
  }

  #receive(chunk: string): void {
    this.text += chunk;
    const blocks = (this.#rest + chunk).split('\n\n');
    this.#rest = blocks.pop()!;
    for (const block of blocks) {
      const fields = Object.fromEntries(
        block
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      );
      if (fields['event'] !== 'stock') continue;
      const data = JSON.parse(fields['data']!) as LiveEvent;
      this.events.push({ id: fields['id']!, at: Date.now(), data });
    }
  }
}
