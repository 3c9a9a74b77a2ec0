import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface BuyersRequest {
  readonly token: string;
  readonly body: string;
}

/** Connections that are opened at a time. */
const AT_ONCE = 200;

/** Buyers with a connection each, on which one purchase is sent. */
export class WaitingBuyers {
  readonly #sockets: Socket[] = [];
  #answered = 0;

  /** Resolves once everything is sent. */
  async connect(url: string, requests: readonly BuyersRequest[]): Promise<void> {
    for (let first = 0; first < requests.length; first += AT_ONCE)
      await Promise.all(requests.slice(first, first + AT_ONCE).map((request) => this.#send(url, request)));
  }

  /** How many wait no more. */
  get answered(): number {
    return this.#answered;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async #send(url: string, request: BuyersRequest): Promise<void> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => socket.destroy());
    this.#sockets.push(socket);
    await once(socket, 'connect');
    socket.once('data', () => this.#answered++);
    socket.write(requestText(hostname, request));
  }
}

/** The head is like a browser's. */
const requestText = (host: string, { token, body }: BuyersRequest): string =>
  [
    'POST /graphql HTTP/1.1',
    `host: ${host}`,
    'user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
    'accept: application/json',
    'accept-encoding: gzip, deflate, br',
    'accept-language: en-US,en;q=0.9,ko;q=0.8',
    'content-type: application/json',
    `authorization: Bearer ${token}`,
    `content-length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
