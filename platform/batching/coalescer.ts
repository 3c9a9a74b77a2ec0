import { currentSpan, inSpan } from '../observability/current-span.ts';
import { firstRecorded, type Span } from '../observability/span.ts';

/**
 * Makes one call of all that is asked while the previous call is under way. Alone, an item waits for nobody; the busier it
 * gets, the larger the calls become and the less each item costs.
 */
export interface CoalescerOptions {
  /** Items in one call, at the most. */
  readonly maxItems: number;
}

export interface Coalescer<Item, Result> {
  /** @throws what the call threw that this item was part of */
  ask(item: Item): Promise<Result>;
  /** Items that wait or are under way. */
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
  let underWay = 0;
  let running = false;

  async function run(): Promise<void> {
    // What the same turn of the event loop brings belongs into the first call too.
    await Promise.resolve();
    while (waiting.length > 0) {
      const batch = waiting.splice(0, maxItems);
      underWay = batch.length;
      try {
        const results = await inSpan(
          firstRecorded(batch, ({ span }) => span),
          () => call(batch.map(({ item }) => item)),
        );
        batch.forEach(({ resolve }, index) => resolve(results[index]!));
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
      underWay = 0;
    }
    running = false;
  }

  return {
    ask(item) {
      return new Promise((resolve, reject) => {
        waiting.push({ item, span: currentSpan(), resolve, reject });
        if (running) return;
        running = true;
        void run();
      });
    },
    get size() {
      return waiting.length + underWay;
    },
  };
}

/** One coalescer for each key, there for as long as something is asked of it. */
export function createKeyedCoalescer<Item, Result>(
  call: (key: string, items: readonly Item[]) => Promise<readonly Result[]>,
  options: CoalescerOptions,
): { ask(key: string, item: Item): Promise<Result>; readonly size: number } {
  const byKey = new Map<string, Coalescer<Item, Result>>();
  let size = 0;
  return {
    async ask(key, item) {
      let coalescer = byKey.get(key);
      if (!coalescer) {
        coalescer = createCoalescer((items) => call(key, items), options);
        byKey.set(key, coalescer);
      }
      size++;
      try {
        return await coalescer.ask(item);
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
