import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { createLogger } from '../../../platform/logger.ts';
import { connectRedis, type Redis } from '../../../platform/redis/client.ts';
import { itHolds } from '../../../tests/harness/properties.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { createStockKeys } from './stock-keys.ts';
import { loadStockScripts } from './stock-scripts.ts';
import {
  StockModel,
  USERS,
  userOf,
  type AdmissionMode,
  type PurchaseRequest,
  type Terms,
} from '../testing/stock-model.ts';

const ORDERS = 6;
const HOUR_MS = 3_600_000;
const SOURCE = '0123456789abcdef';

const stores = useStores();
let redis: Redis;
let scripts: ReturnType<typeof loadStockScripts>;

beforeAll(async () => {
  redis = await connectRedis({ url: stores.redisUrl, logger: createLogger('test', 'silent') });
  scripts = loadStockScripts(redis);
});
afterAll(() => redis.disconnect());

const hex = (kind: string, number: number): string =>
  `${kind}${String(number).padStart(32 - kind.length, '0')}`;
const orderId = (order: number) => hex('0e', order);
const userId = (user: number) => hex('05', user);
const numberOf = (id: unknown) => Number(String(id).slice(2));

/** The real scripts on one product, beside the model. Every answer, and all keys after it, must be the model's. */
class Product {
  readonly model = new StockModel();
  readonly #keys = createStockKeys(stores.redisPrefix);
  readonly #id = randomUUID();
  #serverId = '';

  async open(total: number, limited: boolean): Promise<void> {
    const [, serverId] = (await scripts.readServer([this.#keys.gate(this.#id)], [])) as [number, string];
    this.#serverId = serverId;
    this.model.mysql.total = total;
    await this.rebuild(limited);
  }

  async reserve(
    requests: readonly PurchaseRequest[],
    terms: Terms,
    mode: AdmissionMode,
    epochsAgo: number,
  ): Promise<void> {
    const epoch = Math.max(1, this.model.epoch - epochsAgo);
    const { stock, due, records, holding } = this.#of(epoch);
    const { even, odd, lostAt } = this.#keys.refusals(this.#id);
    const now = Date.now();
    const [opensAt, closesAt] = {
      notOpen: [now + HOUR_MS, 0],
      open: [0, now + HOUR_MS],
      closed: [0, now - HOUR_MS],
      withdrawn: [0, -1],
    }[terms.window] as [number, number];
    const [, state, ...rest] = await this.#reply(
      scripts.reserve(
        [this.#gate, stock, due, records, holding, even, odd, lostAt],
        [
          epoch,
          mode.isDue ? -1 : HOUR_MS,
          opensAt,
          closesAt,
          terms.limit,
          1,
          SOURCE,
          mode.admits ? 1 : 0,
          ...requests.flatMap(({ order, quantity, isLate, isOld }) => [
            orderId(order),
            userId(userOf(order)),
            quantity,
            isLate ? 1 : now + HOUR_MS,
            isOld ? 1 : now + HOUR_MS,
          ]),
        ],
      ),
    );
    if (epoch !== this.model.epoch) return expect([state, ...rest]).toEqual([1, this.model.epoch]);
    const expected = this.model.reserve(requests, terms, mode);
    expect([state, ...rest]).toEqual(expected === null ? [0] : [2, ...expected]);
  }

  /** Late ones are of an epoch that is over. */
  async settle(verb: 'confirm' | 'release', orders: readonly number[], areLate: boolean): Promise<void> {
    const { stock, due, records, settled, holding } = this.#of(this.model.epoch - (areLate ? 1 : 0));
    const keys = [stock, due, records, settled];
    const args = [HOUR_MS, ...orders.map(orderId)];
    const count =
      verb === 'confirm' ? scripts.confirm(keys, args) : scripts.release([...keys, holding], args);
    expect(await count).toBe(areLate ? 0 : this.model.settle(orders, verb));
  }

  async refuse(orders: readonly number[]): Promise<void> {
    const { even, odd, lostAt } = this.#keys.refusals(this.#id);
    const [, ...rest] = await this.#reply(
      scripts.rememberRefusals(
        [even, odd, this.#gate, this.#of(this.model.epoch).records, lostAt],
        [this.model.epoch, HOUR_MS, ...orders.map(orderId)],
      ),
    );
    expect(rest).toEqual([2, ...this.model.refuse(orders)]);
  }

  async apply(movement: number | null): Promise<void> {
    const found = movement === null ? undefined : this.model.movements[movement];
    if (movement === null || !found) return;
    const { stock, holding, applied } = this.#of(found.epoch);
    const code = await scripts.applyMovement(
      [this.#gate, stock, holding, applied],
      [
        found.epoch,
        hex('0a', movement),
        found.total,
        found.sold,
        found.user === null ? '' : userId(found.user),
        HOUR_MS,
        SOURCE,
      ],
    );
    expect(code).toBe(this.model.apply(movement));
  }

  /** As the reaper: confirms what MySQL has, releases all else that is due. */
  async reap(): Promise<void> {
    const { due, records, stock } = this.#of(this.model.epoch);
    const [, state, open, ...pairs] = await this.#reply(
      scripts.findDue([this.#gate, due, records, stock], [this.model.epoch, 100, HOUR_MS]),
    );
    const found = pairs.filter((_, at) => at % 2 === 0).map(numberOf);
    expect([state, open, found.sort()]).toEqual([2, this.model.open, this.model.due.sort()]);
    await this.settleAll(found);
  }

  async settleAll(orders: readonly number[]): Promise<void> {
    const { model } = this;
    const [bought, others] = [true, false].map((is) => orders.filter((one) => model.isCommitted(one) === is));
    if (bought!.length > 0) await this.settle('confirm', bought!, false);
    if (others!.length > 0) await this.settle('release', others!, false);
  }

  /** The last steps of a rebuild; those before are MySQL's. */
  async rebuild(limited: boolean): Promise<void> {
    const before = this.model.epoch;
    this.model.rebuild(limited);
    const { numbers, epoch, holding } = this.model;
    const keys = this.#of(epoch);
    const lock = this.#keys.lock(this.#id);
    await redis.set(lock, 'token');
    for (const [user, units] of holding) await redis.hset(keys.holding, userId(user), units);
    await redis.hset(keys.stock, { ...numbers, limited: limited ? 1 : 0, source: SOURCE });
    await scripts.openGate([this.#gate, lock], ['token', epoch, this.#serverId]);
    await redis.unlink(...Object.values({ ...this.#of(before) }));
  }

  /** All that Redis has of the product, as the model has it. */
  async expectToAgree(): Promise<void> {
    const { model } = this;
    const keys = this.#of(model.epoch);
    const [stock, records, holding, due] = await Promise.all([
      redis.hgetall(keys.stock),
      redis.hgetall(keys.records),
      redis.hgetall(keys.holding),
      redis.zcard(keys.due),
    ]);
    expect(stock).toMatchObject(
      Object.fromEntries(Object.entries(model.numbers).map(([name, units]) => [name, String(units)])),
    );
    expect(records).toEqual(
      Object.fromEntries(
        [...model.records].map(([order, record]) => [
          orderId(order),
          record === 'settled' ? 'S' : `R:${record.quantity}:${record.seq}:${userId(userOf(order))}`,
        ]),
      ),
    );
    expect(due).toBe(model.open);
    for (let user = 0; user < USERS; user++)
      expect(Number(holding[userId(user)] ?? 0)).toBe(model.holding.get(user) ?? 0);
  }

  /** Nothing leaks: once everything is settled and applied, Redis has what MySQL has. */
  async expectToRest(): Promise<void> {
    const { model } = this;
    await this.settleAll([...model.records.keys()]);
    for (const movement of model.movements.keys()) await this.apply(movement);
    await this.expectToAgree();
    const { total, sold, holding } = model.mysql;
    expect(model.numbers).toMatchObject({ total, sold, reserved: 0 });
    expect(sold).toBeLessThanOrEqual(total);
    if (model.limited) for (const [user, units] of holding) expect(model.holding.get(user) ?? 0).toBe(units);
  }

  get #gate(): string {
    return this.#keys.gate(this.#id);
  }

  #of(epoch: number) {
    return this.#keys.ofEpoch(this.#id, epoch);
  }

  async #reply(reply: Promise<unknown>): Promise<unknown[]> {
    return (await reply) as unknown[];
  }
}

type Step = (product: Product) => Promise<unknown>;

/** A step, and how a failure shows it. */
const step = <Values extends readonly unknown[]>(
  name: string,
  values: { [Place in keyof Values]: fc.Arbitrary<Values[Place]> },
  take: (product: Product, ...values: Values) => Promise<unknown>,
): fc.Arbitrary<Step> =>
  fc.tuple<unknown[]>(...values).map((made) =>
    Object.assign((product: Product) => take(product, ...(made as unknown as Values)), {
      [fc.toStringMethod]: () => `${name}(${made.map((value) => fc.stringify(value)).join(', ')})`,
    }),
  );

const order = fc.nat(ORDERS - 1);
const someOrders = fc.uniqueArray(order, { minLength: 1, maxLength: 3 });
const rarely = fc.nat(9).map((number) => number === 9);
const terms: fc.Arbitrary<Terms> = fc.record({
  window: fc.nat(11).map((number) => (['notOpen', 'closed', 'withdrawn'] as const)[number] ?? 'open'),
  limit: fc.nat(4),
});
const requests: fc.Arbitrary<PurchaseRequest> = fc.record({
  order,
  quantity: fc.integer({ min: 1, max: 3 }),
  isLate: rarely,
  isOld: fc.boolean(),
});
const modes: fc.Arbitrary<AdmissionMode> = fc.record({
  isDue: fc.boolean(),
  admits: rarely.map((isRare) => !isRare),
});

const reserve = step(
  'reserve',
  [fc.array(requests, { minLength: 1, maxLength: 4 }), terms, modes, rarely] as const,
  (product, purchases, sale, mode, isOtherEpoch) =>
    product.reserve(purchases, sale, mode, isOtherEpoch ? 1 : 0),
);
const commit = step('commit', [order], async ({ model }, one) => model.commit(one));
const settle = step('settle', [someOrders], (product, orders) => product.settleAll(orders));
const steps: fc.Arbitrary<Step> = fc.oneof(
  reserve,
  reserve,
  reserve,
  commit,
  commit,
  settle,
  step('settleLate', [fc.constantFrom('confirm', 'release'), someOrders], (product, verb, orders) =>
    product.settle(verb, orders, true),
  ),
  step('refuse', [someOrders], (product, orders) => product.refuse(orders)),
  step('restock', [fc.integer({ min: -3, max: 4 })], (product, change) =>
    product.apply(product.model.restock(change)),
  ),
  step('returnUnits', [order, fc.boolean()], async (product, one, isAppliedNow) => {
    const movement = product.model.returnUnits(one);
    if (isAppliedNow) await product.apply(movement);
  }),
  step('apply', [fc.nat(5)], (product, movement) => product.apply(movement)),
  step('reap', [], (product) => product.reap()),
  step('rebuild', [fc.boolean()], (product, limited) => product.rebuild(limited)),
);

describe('the stock scripts', () => {
  itHolds(
    'agree with a model, step by step, and leak nothing',
    60,
    fc.asyncProperty(
      fc.nat(8),
      fc.boolean(),
      fc.array(steps, { maxLength: 30, size: 'max' }),
      async (total, limited, all) => {
        const product = new Product();
        await product.open(total, limited);
        for (const take of all) {
          await take(product);
          await product.expectToAgree();
        }
        await product.expectToRest();
      },
    ),
  );
});
