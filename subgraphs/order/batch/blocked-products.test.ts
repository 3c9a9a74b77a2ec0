import { describe, expect, it, onTestFinished } from 'vitest';
import { createLogger } from '../../../platform/logger.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import type { PendingOrder } from '../orders/pending-order.ts';
import type { BatchWriter } from './batch-writer.ts';
import type { Waiting } from './batch-queue.ts';
import { BlockedProducts } from './blocked-products.ts';
import type { WriteResult } from './write-result.ts';

const WRITERS = 4;

const order = (...productIds: readonly string[]): PendingOrder => {
  const items = productIds.map((productId) => ({ productId, epoch: 1, seq: 1 }));
  return { order: { id: `order of ${productIds.join()}`, items } } as unknown as PendingOrder;
};

/** Writers on which a test decides how long the transactions for a product last. */
class Server {
  readonly locked = new Set<string>();
  readonly begun: string[] = [];
  /** How the transactions of a product end, in turn; those after them are committed. */
  readonly endings = new Map<string, ('lostRace' | 'never')[]>();
  readonly blocked = new BlockedProducts({
    writers: Array.from({ length: WRITERS }, () => this.#writer()),
    maxBatch: 100,
    mayAbort: () => this.#isOver,
    onFree: () => undefined,
    logger: createLogger('test', 'silent'),
  });

  #isOver = false;

  constructor() {
    onTestFinished(() => void (this.#isOver = true));
  }

  buy(productId: string): Promise<WriteResult> {
    return new Promise((resolve) => {
      const waiting: Waiting = { pendingOrder: order(productId), resolve };
      this.blocked.add([waiting]);
    });
  }

  #writer(): BatchWriter {
    return {
      isUp: true,
      disconnect: () => undefined,
      findLocked: async (productIds: readonly string[]) =>
        new Set(productIds.filter((productId) => this.locked.has(productId))),
      write: async (orders: readonly PendingOrder[], results: Map<PendingOrder, WriteResult>) => {
        const { productId } = orders[0]!.order.items[0]!;
        this.begun.push(productId);
        const ending = this.endings.get(productId)?.shift();
        if (ending === 'never') await new Promise(() => undefined);
        if (ending) return ending;
        for (const one of orders) results.set(one, { kind: 'insufficientStock', productId });
        return 'written';
      },
    } as unknown as BatchWriter;
  }
}

const names = (count: number) => Array.from({ length: count }, (_, i) => `product ${i}`);

describe('products that are blocked', () => {
  it('leave a connection to one that is free, however many of them wait for a lock that a look does not find', async () => {
    const server = new Server();
    const slow = names(12);
    for (const name of slow) server.endings.set(name, ['lostRace', 'never']);
    for (const name of slow) void server.buy(name);
    await waitUntil(
      'them to be written a second time',
      () => server.begun.length === slow.length + WRITERS - 1,
    );
    await server.buy('free');
    expect(server.begun.slice(slow.length)).toHaveLength(WRITERS);
  });

  it('with locked rows take no connection, but one at a time, and are written once the rows are free', async () => {
    const server = new Server();
    const locked = names(12);
    for (const name of locked) {
      server.locked.add(name);
      server.endings.set(name, ['never']);
    }
    for (const name of locked) void server.buy(name);
    await waitUntil('one of them to be tried', () => server.begun.length > 0);
    const last = locked.at(-1)!;
    server.endings.delete(last);
    server.locked.delete(last);
    await waitUntil('the free one to be written', () => server.begun.includes(last));
    expect(server.begun.length).toBeLessThan(WRITERS);
  });

  it('do not hold up others that are only bought together with them', () => {
    const { blocked, locked } = new Server();
    locked.add('locked');
    const checkout = { pendingOrder: order('locked', 'other'), resolve: () => undefined };
    blocked.add([checkout], locked);
    const concerned = [order('locked'), order('other'), order('locked', 'other')].map(blocked.concerns);
    expect(concerned).toEqual([true, false, true]);
    expect([blocked.sizeOf('locked'), blocked.sizeOf('other')]).toEqual([1, 0]);
  });
});
