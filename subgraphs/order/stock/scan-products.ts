import { Cluster } from 'ioredis';
import type { Redis } from '../../../platform/redis/client.ts';
import { epochOfGate } from './epoch-fence.ts';
import type { StockStore } from './stock-store.ts';
import { isUnreadable } from './unreadable-keys.ts';

const PER_CALL = 500;

/** What a scan shows of a product. It finds the work; the scripts that do the work check again. */
export interface ProductScan {
  readonly productId: string;
  /** The epoch that the gate is at. */
  readonly epoch: number;
  /** When the first open reservation is due, in milliseconds by Redis's clock; null: nothing is reserved. */
  readonly dueAt: number | null;
  /** When the first settled key may be forgotten, in the same; null: there is none. */
  readonly forgetAt: number | null;
}

/**
 * Scans many products with a few plain commands each, many in one call: a round over 10,000 products that have nothing to be
 * done costs no script call. A product whose server does not answer is left out; one that cannot be read is noted.
 */
export async function scanProducts(store: StockStore, productIds: readonly string[]): Promise<ProductScan[]> {
  const scans: ProductScan[] = [];
  for (let start = 0; start < productIds.length; start += PER_CALL) {
    scans.push(...(await scanSome(store, productIds.slice(start, start + PER_CALL))));
  }
  return scans;
}

async function scanSome(
  { redis, keys, unreadable }: StockStore,
  productIds: readonly string[],
): Promise<ProductScan[]> {
  const gates = await runEach(
    redis,
    productIds.map((productId) => ['get', keys.gate(productId)] as const),
  );
  const open: { productId: string; epoch: number }[] = [];
  for (const [i, productId] of productIds.entries()) {
    const gate = gates[i]!;
    if (isUnreadable(gate)) unreadable.note(productId);
    const epoch = typeof gate === 'string' ? epochOfGate(gate) : null;
    if (epoch !== null) open.push({ productId, epoch });
  }

  const firsts = await runEach(
    redis,
    open.flatMap(({ productId, epoch }) => {
      const { due, settled } = keys.ofEpoch(productId, epoch);
      return [due, settled].map((key) => ['zrange', key, '0', '0', 'WITHSCORES'] as const);
    }),
  );
  return open.flatMap(({ productId, epoch }, i) => {
    const [due, settled] = [firsts[2 * i]!, firsts[2 * i + 1]!];
    if (isUnreadable(due) || isUnreadable(settled)) unreadable.note(productId, epoch);
    if (!Array.isArray(due) || !Array.isArray(settled)) return [];
    return [{ productId, epoch, dueAt: scoreOf(due), forgetAt: scoreOf(settled) }];
  });
}

function scoreOf([, score]: unknown[]): number | null {
  if (score === undefined) return null;
  return score === 'inf' ? Number.POSITIVE_INFINITY : Number(score);
}

type Command = readonly [name: 'get' | 'zrange', key: string, ...args: string[]];

/** @returns for each command its reply, or its error: a command that fails does not affect the others */
async function runEach(redis: Redis, commands: readonly Command[]): Promise<unknown[]> {
  if (commands.length === 0) return [];
  if (redis instanceof Cluster) {
    // Its pipelines are for keys of one node.
    const results = await Promise.allSettled(commands.map(([name, ...args]) => redis.call(name, ...args)));
    return results.map((result) =>
      result.status === 'fulfilled' ? result.value : (result.reason as unknown),
    );
  }
  const replies = await redis.pipeline(commands.map((command) => [...command])).exec();
  return replies!.map(([error, reply]) => error ?? reply);
}
