import type { WriterConnection } from './writer-connection.ts';

/** Opened while products are blocked by sessions that hold their stock rows. */
const FOR_BLOCKED_PRODUCTS = 4;

/** The sessions by which batches are written: one at all times, and a few for products that wait apart. */
export class WriterConnections {
  readonly main: WriterConnection;
  readonly forBlocked: readonly WriterConnection[];

  constructor(make: () => WriterConnection) {
    this.main = make();
    this.forBlocked = Array.from({ length: FOR_BLOCKED_PRODUCTS }, make);
  }

  /** Leaves sessions with a server to which its name does not lead any more. */
  async compare(): Promise<void> {
    const open = this.forBlocked.filter((connection) => connection.isOpen);
    await Promise.all([this.main, ...open].map((connection) => connection.isCurrent()));
  }

  async close(): Promise<void> {
    await Promise.all([this.main, ...this.forBlocked].map((connection) => connection.close()));
  }
}
