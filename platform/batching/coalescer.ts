import { currentSpan, inSpan } from '../observability/current-span.ts';
import { firstRecorded, type Span } from '../observability/span.ts';

/**
 * Request batching, one call in flight: items that arrive during a call form the next call. A single item does not wait; under load the
 * calls become larger and each item costs less.
 */
export interface CoalescerOptions {
  /** Items in one call, at the most. */
  readonly maxItems: number;
}

export interface Coalescer<Item, Result> {
  /** @throws what the call of this item threw */
  submit(item: Item): Promise<Result>;
  /** Items that wait or are in progress. */
  readonly size: number;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly span: Span;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** @param call answers its items in their order */
export function createCoalescer<Item, Result>(
  call: (items: readonly Item[]) => Promise<readonly Result[]>,
  { maxItems }: CoalescerOptions,
): Coalescer<Item, Result> {
  const waiting: Waiting<Item, Result>[] = [];
  let inProgress = 0;
  let running = false;

  async function run(): Promise<void> {
    // Items of the same turn of the event loop belong to the first call, too.
    await Promise.resolve();
    while (waiting.length > 0) {
      const batch = waiting.splice(0, maxItems);
      inProgress = batch.length;
      try {
        const results = await inSpan(
          firstRecorded(batch, ({ span }) => span),
          () => call(batch.map(({ item }) => item)),
        );
        batch.forEach(({ resolve }, index) => resolve(results[index]!));
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
      inProgress = 0;
    }
    running = false;
  }

  return {
    submit(item) {
      return new Promise((resolve, reject) => {
        waiting.push({ item, span: currentSpan(), resolve, reject });
        if (running) return;
        running = true;
        void run();
      });
    },
    get size() {
      return waiting.length + inProgress;
    },
  };
}

/** One coalescer for each key, which exists while it has items. */
export function createKeyedCoalescer<Item, Result>(
  call: (key: string, items: readonly Item[]) => Promise<readonly Result[]>,
  options: CoalescerOptions,
): { submit(key: string, item: Item): Promise<Result>; readonly size: number } {
  const byKey = new Map<string, Coalescer<Item, Result>>();
  let size = 0;
  return {
    async submit(key, item) {
      let coalescer = byKey.get(key);
      if (!coalescer) {
        coalescer = createCoalescer((items) => call(key, items), options);
        byKey.set(key, coalescer);
      }
      size++;
      try {
        return await coalescer.submit(item);
      } finally {
        size--;
        if (coalescer.size === 0) byKey.delete(key);
      }
    },
    get size() {
      return size;
    },
  };
}
