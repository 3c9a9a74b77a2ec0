import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Call } from './call.ts';
import { Connection } from './connection.ts';

/** Every connection of a server, also those that have not carried anything. */
export class Connections {
  readonly #open = new Map<Socket, Connection>();
  #accepted = 0;
  #hold: Promise<void> | null = null;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => this.#accept(socket));
  }

  get size(): number {
    return this.#open.size;
  }

  /** How many there have been. */
  get accepted(): number {
    return this.#accepted;
  }

  get isAtWork(): boolean {
    for (const connection of this.#open.values()) if (connection.isAtWork) return true;
    return false;
  }

  /** How long nothing was asked, in milliseconds. */
  get quietMs(): number {
    return performance.now() - this.#askedAt;
  }

  /** @returns null when it came too late on its connection to be heard */
  begin(req: IncomingMessage, res: ServerResponse): { connection: Connection; call: Call } | null {
    const connection = this.#open.get(req.socket);
    const call = connection?.begin(req, res);
    if (!connection || !call) return null;
    this.#askedAt = performance.now();
    return { connection, call };
  }

  /** What an answer has to wait for, if it has to. */
  get hold(): Promise<void> | null {
    return this.#hold;
  }

  /** @returns lets the answers go */
  holdAnswers(): () => void {
    let letGo!: () => void;
    this.#hold = new Promise((resolve) => (letGo = resolve));
    return () => {
      this.#hold = null;
      letGo();
    };
  }

  /** Each ends as soon as nothing is under way on it; what is still arriving is refused. */
  sayFarewell(): void {
    for (const connection of [...this.#open.values()]) connection.sayFarewell();
  }

  cut(): void {
    for (const connection of [...this.#open.values()]) connection.cut();
  }

  #accept(socket: Socket): void {
    this.#accepted += 1;
    const connection = new Connection(socket);
    this.#open.set(socket, connection);
    socket.once('close', () => {
      this.#open.delete(socket);
      connection.closed();
    });
  }
}
