import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mysqlTools } from '../harness/mysql-tools.ts';
import { OwnMysql, useOwnMysql } from '../harness/own-mysql.ts';
import { useOwnRedis } from '../harness/own-redis.ts';
import {
  countAnswers,
  newKey,
  openSale,
  purchase,
  purchaseToTheEnd,
  readStock,
  type Answer,
} from '../harness/shop.ts';
import { useStack } from '../harness/stack.ts';
import { useStores, withAccountOf } from '../harness/stores.ts';

const UNITS = 20;
const BEFORE = 8;
const AFTER = 5;

const tools = await mysqlTools();
const own = useOwnMysql(useStores());
const { redis, stores } = useOwnRedis(own.stores);
const stack = useStack(stores);
/** Where the databases are restored to, as when the machine of the first server is lost. */
const other = new OwnMysql();
const folder = mkdtempSync(join(tmpdir(), 'firstcome-backup-'));
const backup = join(folder, 'firstcome.sql');

afterAll(async () => {
  await other.stop();
  rmSync(folder, { recursive: true });
});

const SIGN_IN = `mutation {
  signIn(input: { email: "buyer@firstcome.example", password: "firstcome-buyer" }) {
    __typename
    ... on Session { accessToken user { email name } }
  }
}`;

const databases = () => {
  const name = new URL(stores.mysqlUrl).pathname.slice(1);
  return ['user', 'product', 'order'].map((subgraph) => `${name}_${subgraph}`);
};

/** With the keys that they have had. */
async function restartOn(mysql: OwnMysql): Promise<void> {
  const names = ['user', 'product', 'order'] as const;
  for (const service of [...stack.routers, ...stack.order, ...stack.product, ...stack.user])
    await service.stop();
  const { pathname } = new URL(stores.mysqlUrl);
  const url = (name: (typeof names)[number]) =>
    withAccountOf(mysql.urls?.[name], Object.assign(new URL(mysql.url), { pathname }).href);
  for (const name of names) stack[name] = [await stack.startService(name, { MYSQL_URL: url(name) })];
  stack.routers = [await stack.startService('router')];
}

interface Bought {
  readonly token: string;
  readonly key: string;
  readonly answer: Answer;
}

async function buy(productId: string): Promise<Bought> {
  const token = stack.mint.buyer();
  const key = newKey();
  return { token, key, answer: await purchaseToTheEnd(stack, productId, token, key) };
}

const buySome = (productId: string, count: number): Promise<Bought[]> =>
  Promise.all(Array.from({ length: count }, () => buy(productId)));

describe('a backup made under purchases', () => {
  let productId: string;
  let kept: Bought[];
  let lost: Bought[];

  beforeAll(async () => {
    await other.start();
    productId = await openSale(stack, { units: UNITS });
    kept = await buySome(productId, BEFORE);
    tools.dump(own.mysql.url, databases(), backup);
    lost = await buySome(productId, AFTER);
    for (const { answer } of [...kept, ...lost]) expect(answer.__typename).toBe('PurchaseConfirmed');
  }, 180_000);

  const expectTheShopOfTheBackup = async () => {
    for (const { token, key, answer } of kept) {
      const again = await purchaseToTheEnd(stack, productId, token, key);
      expect(again).toMatchObject({ __typename: 'PurchaseConfirmed', replayed: true, order: answer.order });
    }
    const rest = await buySome(productId, UNITS);
    expect(countAnswers(rest.map(({ answer }) => answer))).toEqual({
      PurchaseConfirmed: UNITS - BEFORE,
      SoldOut: BEFORE,
    });
    expect(await readStock(stack, productId)).toMatchObject({ total: UNITS, sold: UNITS, remaining: 0 });
    // The key of an order that is not in the backup is unused again.
    for (const { token, key } of lost)
      expect(await purchase(stack, productId, token, key)).toMatchObject({ __typename: 'SoldOut' });
  };

  it('holds accounts, which can be read with the keys, and orders; what it leaves is sold exactly once', async () => {
    tools.restore(other.url, backup);
    await restartOn(other);
    expect((await stack.execute(SIGN_IN)).data).toMatchObject({
      signIn: { __typename: 'Session', user: { email: 'buyer@firstcome.example', name: 'Demo Buyer' } },
    });
    await expectTheShopOfTheBackup();
  });

  it('may be restored in place, where Redis is emptied before anything is sold', async () => {
    for (const service of [...stack.routers, ...stack.order, ...stack.product, ...stack.user])
      await service.stop();
    tools.restore(own.mysql.url, backup);
    await redis.kill();
    await redis.start();
    await restartOn(own.mysql);
    await expectTheShopOfTheBackup();
  });
});
