import { describe, expect, it } from 'vitest';
import { Buyer } from '../testing/order-buyer.ts';
import { useOrderTestBed } from '../testing/order-test-bed.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { hasMovementsToApply } from './stock-movements.ts';

const stores = useStores();
const bed = useOrderTestBed(stores, { orders: 2, environment: { RESERVATION_TIMEOUT: '1s' } });

const WITHIN_MS = 10_000;

/** What clients may see while a product is rebuilt: no fault, and no refusal that is not true. */
const MEANWHILE = ['PurchaseConfirmed', 'Busy', 'OutcomeUnknown'];

const LOCKS: [string, number | null][] = [
  ['no end', null],
  ['an end in a day', 86_400_000],
  ['an end in a minute', 60_000],
  ['the latest end that there is', 9_000_000_000_000],
];

async function epochKey(product: string, part: string): Promise<string> {
  const { epoch } = await bed.ledger(product);
  return part === 'gate' ? bed.key(product, 'gate') : bed.key(product, `${epoch}:${part}`);
}

async function replaceByString(product: string, part: string): Promise<void> {
  const key = await epochKey(product, part);
  await bed.redis.pipeline().del(key).set(key, 'garbage').exec();
}

async function replaceByList(product: string, part: string): Promise<void> {
  const key = await epochKey(product, part);
  await bed.redis.pipeline().del(key).rpush(key, 'garbage').exec();
}

async function setField(product: string, part: string, field: string, value: string): Promise<void> {
  await bed.redis.hset(await epochKey(product, part), field, value);
}

/** Buys until one is confirmed, with a bound; every answer on the way must be one of those that are true. */
async function buyUntilConfirmed(product: string): Promise<void> {
  await waitUntil(
    'a purchase to be confirmed',
    async () => {
      const { __typename } = await bed.buy(product);
      expect(MEANWHILE).toContain(__typename);
      return __typename;
    },
    (answer) => answer === 'PurchaseConfirmed',
    WITHIN_MS,
  );
}

const agreement = (product: string) =>
  waitUntil(
    'Redis and MySQL to agree, with nothing reserved',
    async () => ({
      stock: await readStockInRedis(product),
      ledger: await bed.ledger(product),
    }),
    ({ stock, ledger }) =>
      stock !== null && stock.sold === ledger.sold && stock.total === ledger.total && stock.reserved === 0,
    WITHIN_MS,
  );

/** A subgraph would answer with MySQL's numbers where Redis has none that can be read. */
async function readStockInRedis(product: string) {
  const gate = await bed.redis.get(bed.key(product, 'gate')).catch(() => null);
  const epoch = Number.parseInt(gate ?? '', 10);
  const stock = await bed.redis.hgetall(bed.key(product, `${epoch}:stock`)).catch(() => null);
  if (!stock?.['total']) return null;
  return { total: Number(stock['total']), sold: Number(stock['sold']), reserved: Number(stock['reserved']) };
}

describe.each<[string, (product: string) => Promise<void>]>([
  ['the gate is a list', (product) => replaceByList(product, 'gate')],
  ['the gate is not one', (product) => replaceByString(product, 'gate')],
  [
    'the gate has an epoch that cannot be',
    async (product) => void (await bed.redis.set(bed.key(product, 'gate'), `2147483647:${'0'.repeat(80)}`)),
  ],
  ['the stock is a string', (product) => replaceByString(product, 'stock')],
  ['a number of the stock is none', (product) => setField(product, 'stock', 'seq', 'garbage')],
  ['a number of the stock is not a whole one', (product) => setField(product, 'stock', 'reserved', '0.5')],
  ['the records are a string', (product) => replaceByString(product, 'records')],
  ['the reservations that are due are a string', (product) => replaceByString(product, 'due')],
  ['the holdings are a string', (product) => replaceByString(product, 'holding')],
  ['the settled keys are a string', (product) => replaceByString(product, 'settled')],
  ...LOCKS.map(([what, ttlMs]): [string, (product: string) => Promise<void>] => [
    `the lock is a string with ${what}`,
    async (product) => {
      await setLock(product, ttlMs);
      await bed.redis.del(bed.key(product, 'gate'));
    },
  ]),
])('when %s', (_, damage) => {
  it('the product is sold from again, within its stock, and another one all the time', async () => {
    const [product, healthy] = [
      await bed.sell({ units: 8, purchaseLimit: 3 }),
      await bed.sell({ units: 100_000 }),
    ];
    for (const at of [0, 1]) await bed.buy(product, { at });
    await agreement(product);

    await damage(product);
    const others = new Set<string>();
    const buyAnother = async () => others.add((await bed.buy(healthy, { at: 1 })).__typename);
    await Promise.all([buyUntilConfirmed(product), ...Array.from({ length: 20 }, buyAnother)]);
    await agreement(product);
    expect([...others]).toEqual(['PurchaseConfirmed']);
    for (let i = 3; i < 8; i++) await buyUntilConfirmed(product);
    expect(await bed.buyWithRetries(product)).toMatchObject({ __typename: 'SoldOut' });
    await agreement(product);
    expect(await bed.ledger(product)).toMatchObject({ sold: 8, units: 8 });
  });
});

async function setLock(product: string, ttlMs: number | null): Promise<void> {
  const [key, value] = [bed.key(product, 'lock'), 'garbage'];
  await (ttlMs === null ? bed.redis.set(key, value) : bed.redis.set(key, value, 'PX', ttlMs));
}

describe('a movement to a product whose keys cannot be read', () => {
  it.each(['applied', 'holding', 'stock'])('is applied once after %s is rebuilt', async (part) => {
    const [product, buyer] = [await bed.sell({ units: 3, purchaseLimit: 1 }), new Buyer(bed)];
    const orderId = await buyer.ordered(product);
    await agreement(product);
    await replaceByString(product, part);
    await buyer.cancel(orderId);
    await agreement(product);
    await waitUntil(
      'the movement to be marked',
      () => hasMovementsToApply(bed.pool, product),
      (isPending) => !isPending,
      WITHIN_MS,
    );
    expect(await buyer.ordered(product)).not.toBe(orderId);
  });
});

describe('when the list of active products is a key of another type', () => {
  it('sales go on, no epoch is used up, and the list is written anew', async () => {
    const [product, fresh] = [await bed.sell({ units: 20 }), await bed.sell({ units: 5 })];
    await bed.buy(product);
    const { epoch } = await bed.ledger(product);
    const list = `${stores.redisPrefix}stock:busy-products`;
    await bed.redis.pipeline().del(list).set(list, 'garbage').exec();
    for (const at of [0, 1, 0, 1]) {
      expect(await bed.buy(product, { at })).toMatchObject({ __typename: 'PurchaseConfirmed' });
      expect(await bed.buy(fresh, { at })).toMatchObject({ __typename: 'PurchaseConfirmed' });
    }
    await waitUntil(
      'both to be on the list',
      () => bed.redis.zrange(list, 0, -1).catch((): string[] => []),
      (listed) => [product, fresh].every((one) => listed.includes(one)),
      WITHIN_MS,
    );
    expect(await bed.ledger(product)).toMatchObject({ epoch });
  });
});

describe('when keys are broken as fast as they are rebuilt', () => {
  it('rebuilds are delayed, other products are sold, and the product comes back', async () => {
    const [product, healthy] = [await bed.sell({ units: 50 }), await bed.sell({ units: 200 })];
    await bed.buy(product);
    await agreement(product);
    const { epoch } = await bed.ledger(product);
    let isBreaking = true;
    const breaking = (async () => {
      const gate = bed.key(product, 'gate');
      while (isBreaking) await bed.redis.pipeline().del(gate).rpush(gate, 'garbage').exec();
    })();
    for (let i = 0; i < 60; i++) {
      await bed.buy(product, { at: i % 2, timeoutMs: 500 });
      expect(await bed.buy(healthy, { at: i % 2 })).toMatchObject({ __typename: 'PurchaseConfirmed' });
    }
    isBreaking = false;
    await breaking;
    // Two processes; of each, two rebuilds at once and then one after every delay, which doubles.
    expect((await bed.ledger(product)).epoch - epoch).toBeLessThan(20);
    await buyUntilConfirmed(product);
    await agreement(product);
  });
});
