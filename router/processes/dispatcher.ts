import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import type { ToWorker } from './messages.ts';

/** More are closed, as the kernel does with those that its queue has no place for. */
const MOST_WAITING = 4_096;

/**
 * Passes each connection to the worker that has waited longest for one (round-robin). States of a connection: waiting until a worker is free;
 * passing until that worker has received it, or has ended, which makes it wait again; then it is the worker's alone. A worker gets one at a
 * time, so that one whose event loop is blocked delays a single connection.
 */
export class Dispatcher {
  readonly #workers = new Set<ChildProcess>();
  /** In the order in which they became free. */
  readonly #free = new Set<ChildProcess>();
  readonly #waiting: Socket[] = [];
  readonly #passing = new Map<ChildProcess, Socket>();
  #accepted = 0;

  get workers(): readonly ChildProcess[] {
    return [...this.#workers];
  }

  /** How many connections there have been. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Whether every connection has been received by a worker. */
  get isIdle(): boolean {
    return this.#waiting.length === 0 && this.#passing.size === 0;
  }

  accept(socket: Socket): void {
    this.#accepted += 1;
    socket.on('error', () => undefined);
    if (this.#waiting.length >= MOST_WAITING) {
      socket.destroy();
      return;
    }
    this.#waiting.push(socket);
    this.#pass();
  }

  add(worker: ChildProcess): void {
    this.#workers.add(worker);
    this.#free.add(worker);
    this.#pass();
  }

  /** The worker has received the last connection: the one that is open here is no longer needed. */
  received(worker: ChildProcess): void {
    this.#passing.get(worker)?.destroy();
    this.#passing.delete(worker);
    if (!this.#workers.has(worker)) return;
    this.#free.add(worker);
    this.#pass();
  }

  /** It gets no further connection. */
  retire(worker: ChildProcess): void {
    this.#workers.delete(worker);
    this.#free.delete(worker);
  }

  /** It has ended, and all that it has sent has arrived: a connection that it did not receive is still unread. */
  ended(worker: ChildProcess): void {
    this.retire(worker);
    const socket = this.#passing.get(worker);
    this.#passing.delete(worker);
    if (!socket) return;
    this.#waiting.unshift(socket);
    this.#pass();
  }

  #pass(): void {
    for (const worker of this.#free) {
      const socket = this.#waiting.shift();
      if (!socket) return;
      this.#free.delete(worker);
      this.#passing.set(worker, socket);
      // Node would lose the connection where the worker ends meanwhile. An error is the end of the worker.
      worker.send('connection' satisfies ToWorker, socket, { keepOpen: true }, () => undefined);
    }
  }
}
