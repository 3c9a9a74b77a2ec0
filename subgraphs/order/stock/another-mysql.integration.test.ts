import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { MysqlPair } from '../../../tests/harness/mysql-pair.ts';
import { OrderTestBed, type PurchaseAnswer } from '../testing/order-test-bed.ts';
import { newKey } from '../../../tests/harness/shop.ts';
import { TcpProxy } from '../../../tests/harness/tcp-proxy.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { uuidToBytes } from '../../../platform/uuid.ts';

/** Milliseconds from the moment at which a server can be sold from to the first sale. */
const RECOVERY_MS = 10_000;

/** Sells from a primary behind a proxy, whose replica can take its place. */
class ReplicatedShop {
  readonly pair = new MysqlPair();
  bed!: OrderTestBed;
  #proxy!: TcpProxy;

  async start(): Promise<void> {
    await this.pair.start();
    const { primary } = this.pair;
    this.#proxy = new TcpProxy({ host: '127.0.0.1', port: primary.port });
    const port = await this.#proxy.start();
    const url = Object.assign(new URL(primary.url), { port, pathname: '/firstcome' });
    const stores = {
      mysqlUrl: url.href,
      redisUrl: inject('redisUrl'),
      redisPrefix: `t${String(Math.random()).slice(2, 12)}:`,
      accounts: { mysql: primary.urls },
    };
    this.bed = new OrderTestBed(stores, {}, [{}, {}]);
    await this.bed.start();
  }

  async stop(): Promise<void> {
    await this.bed?.stop();
    await this.#proxy?.stop();
    await this.pair.stop();
  }

  /** Three units, all sold by what Redis and the primary know; the replica lacks the last sale, at the same epoch. */
  async sellOut(): Promise<string> {
    const product = await this.bed.sell({ units: 3 });
    for (let sold = 1; sold <= 2; sold++) await this.bed.buy(product);
    await waitUntil(
      'the replica to be in step',
      () => this.soldByReplica(product),
      (sold) => sold === 2,
    );
    await this.pair.stopReplication();
    expect(await this.bed.buy(product)).toMatchObject({ __typename: 'PurchaseConfirmed' });
    expect(await this.bed.buy(product)).toMatchObject({ __typename: 'SoldOut' });
    return product;
  }

  async soldByReplica(product: string): Promise<number> {
    const id = uuidToBytes(product).toString('hex');
    const [row] = await this.pair.query(
      this.pair.replica,
      `SELECT sold FROM firstcome_order.stock WHERE product_id = UNHEX('${id}')`,
    );
    return Number(row?.['sold']);
  }

  async failOver(): Promise<void> {
    await this.pair.promoteReplica();
    this.#proxy.leadTo({ host: '127.0.0.1', port: this.pair.replica.port });
  }

  async isServed(product: string, at: number): Promise<void> {
    await this.#buyUntil(product, at, ({ __typename }) => __typename === 'PurchaseConfirmed');
  }

  /** The first one that is definite. */
  firstAnswer(product: string, at: number): Promise<PurchaseAnswer> {
    return this.#buyUntil(product, at, ({ __typename }) => !/Busy|OutcomeUnknown/.test(__typename));
  }

  /** Under one key, so that an attempt whose outcome is unknown takes no unit from the next. */
  #buyUntil(product: string, at: number, isEnough: (answer: PurchaseAnswer) => boolean) {
    const purchase = { userId: randomUUID(), key: newKey(), at };
    return waitUntil(
      `order subgraph ${at} to sell what the new primary has not sold`,
      () => this.bed.buy(product, purchase),
      isEnough,
      RECOVERY_MS,
    );
  }

  async epochOf(product: string): Promise<number> {
    return Number.parseInt((await this.bed.redis.get(this.bed.key(product, 'gate')))!, 10);
  }
}

function useReplicatedShop(): ReplicatedShop {
  const shop = new ReplicatedShop();
  beforeAll(() => shop.start(), 120_000);
  afterAll(() => shop.stop());
  return shop;
}

describe('after a fail-over to a replica that lacks the last sale', () => {
  const shop = useReplicatedShop();

  it('its unit is for sale, once, by every process', async () => {
    const product = await shop.sellOut();
    const epoch = await shop.epochOf(product);
    await shop.pair.killPrimary();
    await shop.failOver();
    // Not sold out before that, either: the unit was there.
    expect(await shop.firstAnswer(product, 0)).toMatchObject({ __typename: 'PurchaseConfirmed' });
    expect(await shop.firstAnswer(product, 1)).toMatchObject({ __typename: 'SoldOut' });
    expect(await shop.soldByReplica(product)).toBe(3);
    expect(await shop.epochOf(product)).toBe(epoch + 1);
  });
});

describe('after a fail-over that leaves the connections to the old primary open', () => {
  const shop = useReplicatedShop();

  it('the unit is for sale, though the old primary goes on answering what only reads', async () => {
    const product = await shop.sellOut();
    const epoch = await shop.epochOf(product);
    await shop.pair.query(shop.pair.primary, 'SET GLOBAL read_only = ON');
    await shop.failOver();
    await shop.isServed(product, 1);
    await waitUntil(
      'both processes to be at the new primary',
      async () => Promise.all([0, 1].map((at) => shop.bed.buy(product, { at }))),
      (answers) => answers.every(({ __typename }) => __typename === 'SoldOut'),
      RECOVERY_MS,
    );
    expect(await shop.soldByReplica(product)).toBe(3);
    // Each of the two found numbers of another server at first; neither rebuilt what the other had rebuilt.
    expect(await shop.epochOf(product)).toBe(epoch + 1);
  });
});

describe('while MySQL stays the same server', () => {
  const shop = useReplicatedShop();

  it('its restart makes no product anew', async () => {
    const product = await shop.bed.sell({ units: 100 });
    await shop.bed.buy(product);
    const epoch = await shop.epochOf(product);
    await shop.pair.killPrimary();
    await shop.pair.startPrimary();
    for (const at of [0, 1]) await shop.isServed(product, at);
    expect(await shop.epochOf(product)).toBe(epoch);
  });

  it('numbers by an older release are made anew once, and its processes read the gate', async () => {
    const product = await shop.bed.sell({ units: 100 });
    await shop.bed.buy(product);
    const epoch = await shop.epochOf(product);
    await shop.bed.redis.hdel(shop.bed.key(product, `${epoch}:stock`), 'source');
    for (const at of [0, 1, 0])
      expect(await shop.bed.buy(product, { at })).toMatchObject({ __typename: 'PurchaseConfirmed' });
    expect(await shop.bed.redis.get(shop.bed.key(product, 'gate'))).toMatch(
      new RegExp(`^${epoch + 1}:[0-9a-f]+$`),
    );
  });
});
