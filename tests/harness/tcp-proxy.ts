import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/**
 * How a message of a client is handled: forwarded, forwarded with the reply lost, cut before it arrives, passed on late, or
 * passed on late after the client was cut off. After `silence` nothing passes on that connection in either direction, as when the
 * server's machine loses power: no end of it is seen.
 */
export type Fate =
  'pass' | 'loseReply' | 'cut' | 'silence' | { readonly delayMs: number } | { readonly holdMs: number };

type Rule = (data: Buffer, client: Socket) => Fate;
/** The effect of a fault on connections, in whichever process the proxy runs. */
export type FaultyLine = Pick<TcpProxy, 'start' | 'stop' | 'nextWith' | 'leadTo' | 'silence' | 'passNew'>;

/** A TCP proxy that can lose one message, as a network does. */
export class TcpProxy {
  #target: { host: string; port: number };
  readonly #server = createServer((client) => this.#join(client));
  readonly #sockets = new Set<Socket>();
  readonly #silencers = new Set<() => void>();
  #rule: Rule | null = null;
  #later: Rule[] = [];
  #areNewSilent = false;
  /** Connections that clients have opened so far. */
  joined = 0;

  constructor(target: { host: string; port: number }) {
    this.#target = target;
  }

  /** @param port the one that it had before it was stopped; else a free one */
  async start(port = 0): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /**
   * The next message that contains `text` (a pattern sees each byte as a character) is handled this way; everything else is forwarded.
   *
   * @param behind what the same connection must have sent before, from now on: whose COMMIT is meant, for example
   */
  nextWith(text: string | RegExp, fate: Fate, { behind }: { readonly behind?: string } = {}): void {
    this.#later = [];
    this.#rule = this.#ruleFor(text, fate, behind);
  }

  /** As `nextWith`, from the moment at which the previously named message has been handled. */
  thenNextWith(text: string | RegExp, fate: Fate): void {
    this.#later.push(this.#ruleFor(text, fate));
  }

  /** New connections go there; those that are open stay where they are, as when a name or a virtual address moves. */
  leadTo(target: { host: string; port: number }): void {
    this.#target = target;
  }

  /**
   * From now on nothing passes on the connections that are open, in either direction, and no end of one is seen: as when the
   * server's machine loses power.
   *
   * @param alsoNew whether new connections are accepted and then silent as well, until `passNew`; else they pass
   */
  silence({ alsoNew = false }: { readonly alsoNew?: boolean } = {}): void {
    this.#areNewSilent = alsoNew;
    for (const silence of this.#silencers) silence();
    this.#silencers.clear();
  }

  /** New connections pass again, as when a healthy server has taken over the name; the silent ones stay silent. */
  passNew(): void {
    this.#areNewSilent = false;
  }

  /** Whether the named message has not arrived yet. */
  get isWaiting(): boolean {
    return this.#rule !== null;
  }

  #ruleFor(text: string | RegExp, fate: Fate, behind?: string): Rule {
    const isMeant = (data: Buffer) =>
      typeof text === 'string' ? data.includes(text) : text.test(data.toString('latin1'));
    const ready = new WeakSet<Socket>();
    return (data, client) => {
      if (behind !== undefined && data.includes(behind)) ready.add(client);
      if (!isMeant(data) || (behind !== undefined && !ready.has(client))) return 'pass';
      this.#rule = this.#later.shift() ?? null;
      return fate;
    };
  }

  #join(client: Socket): void {
    this.joined++;
    const server = connect(this.#target);
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.#sockets.delete(socket));
    }
    let deaf = this.#areNewSilent;
    let silent = this.#areNewSilent;
    const silence = () => {
      deaf = true;
      silent = true;
    };
    this.#silencers.add(silence);
    client.on('close', () => this.#silencers.delete(silence));
    server.on('data', (data) => {
      if (!deaf) client.write(data);
    });
    server.on('close', () => {
      if (!silent) client.destroy();
    });
    client.on('close', () => {
      if (!deaf) server.destroy();
    });
    // What is sent behind a message that is late waits for it, as on any stream.
    let late: Buffer[] | null = null;
    client.on('data', (data: Buffer) => {
      if (silent) return;
      if (late) return void late.push(data);
      const fate = this.#rule?.(data, client) ?? 'pass';
      if (fate === 'pass') {
        server.write(data);
      } else if (fate === 'cut') {
        client.destroy();
      } else if (fate === 'silence') {
        silence();
      } else if (fate === 'loseReply') {
        deaf = true;
        server.write(data);
        client.destroy();
      } else if ('delayMs' in fate) {
        late = [data];
        setTimeout(() => {
          for (const message of late ?? []) server.write(message);
          late = null;
        }, fate.delayMs);
      } else {
        // The client has disconnected by the time the server receives it.
        deaf = true;
        client.destroy();
        setTimeout(() => server.write(data), fate.holdMs).unref();
      }
    });
  }
}
