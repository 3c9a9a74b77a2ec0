import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { connectRedis, type Redis } from '../../../platform/redis/client.ts';
import { openProductDatabase } from '../stores.ts';
import { createdProduct, referenced, seen, update, withdraw, type SeenProduct } from '../testing/catalog.ts';
import { silent, startTestSubgraph, testConfig, type ProductSubgraph } from '../testing/product-subgraph.ts';
import { statementsOf } from '../testing/statements.ts';

const stores = useStores();
let redis: Redis;
let one: ProductSubgraph;
let other: ProductSubgraph;

beforeAll(async () => {
  redis = await connectRedis({ url: stores.redisUrl, logger: silent });
  [one, other] = await Promise.all([startTestSubgraph(stores), startTestSubgraph(stores)]);
});

afterAll(async () => {
  await Promise.all([one.close(), other.close()]);
  redis.disconnect();
});

const several = (count: number): Promise<SeenProduct[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => createdProduct(one, { name: `Mug ${index}` })));

describe('products by reference', () => {
  it('are read with one statement, and without any once they are cached', async () => {
    const products = await several(30);
    const ids = products.map(({ id }) => id);

    const cold = await statementsOf(async () => expect(await referenced(one, ids)).toEqual(products));
    expect(cold).toHaveLength(1);

    const warm = await statementsOf(() =>
      waitUntil(
        'the cache to be filled',
        async () => (await statementsOf(() => referenced(other, ids))).length === 0,
      ),
    );
    expect(warm.length).toBeLessThanOrEqual(1);
    expect(await referenced(other, ids)).toEqual(products);
  });

  it('come in the order of the references, null where there is no product, twice where requested twice', async () => {
    const [first, second] = await several(2);
    const ids = [second!.id, randomUUID(), first!.id, 'no id at all', second!.id.toUpperCase()];
    const statements = await statementsOf(async () =>
      expect(await referenced(one, ids)).toEqual([second, null, first, null, second]),
    );
    expect(statements).toHaveLength(1);
  });
});

describe('a product that is not cached', () => {
  it('is read once, however many requests in however many processes need it', async () => {
    const [product] = await several(1);
    const readers = Array.from({ length: 50 }, (_, index) => (index % 2 ? one : other));
    const statements = await statementsOf(async () => {
      const answers = await Promise.all(readers.map((subgraph) => seen(subgraph, product!.id)));
      for (const answer of answers) expect(answer).toEqual(product);
    });
    expect(statements).toHaveLength(1);
  });

  it('is read once when it does not exist either', async () => {
    const id = randomUUID();
    const statements = await statementsOf(async () => {
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, index) => seen(index % 2 ? one : other, id)),
      );
      expect(answers.every((answer) => answer === null)).toBe(true);
    });
    expect(statements).toHaveLength(1);
  });
});

describe('a cache entry in Redis', () => {
  it.each(['rubbish', '{}', '{"format":0,"product":{}}', 'null'])(
    'is ignored when it is %s',
    async (text) => {
      const [product] = await several(1);
      await redis.set(`${stores.redisPrefix}product:{${product!.id}}`, text, 'PX', 60_000);
      expect(await seen(one, product!.id)).toEqual(product);
    },
  );

  it('is not waited for when the holder of the lease has died', async () => {
    const [product] = await several(1);
    await redis.set(`${stores.redisPrefix}product:{${product!.id}}:lease`, 'a dead process', 'PX', 60_000);
    const startedAt = performance.now();
    expect(await seen(one, product!.id)).toEqual(product);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});

describe('a read that fails', () => {
  it('fails for all requests that share it, without internal details, and for none afterwards', async () => {
    const [product] = await several(1);
    const database = await openProductDatabase(testConfig(stores), silent);
    await database.pool.query('RENAME TABLE product TO product_elsewhere');
    const query = `{ product(id: "${product!.id}") { id } }`;
    const answers = await Promise.all([one.request(query), one.request(query), other.request(query)]);
    for (const { errors } of answers) {
      expect(errors?.[0]).toMatchObject({
        message: 'The service is not available at the moment. Try again later.',
        extensions: { code: 'UNAVAILABLE' },
      });
    }
    await database.pool.query('RENAME TABLE product_elsewhere TO product');
    await database.close();
    expect(await seen(one, product!.id)).toEqual(product);
  });
});

describe('a change', () => {
  it('is seen at once by the process that made it and by the others', async () => {
    const [product] = await several(1);
    await Promise.all([seen(one, product!.id), seen(other, product!.id)]);
    for (const amount of [1, 2, 3]) {
      await update(one, { id: product!.id, price: { amount } });
      const [here, there] = await Promise.all([seen(one, product!.id), seen(other, product!.id)]);
      expect([here!.price.amount, there!.price.amount]).toEqual([amount, amount]);
    }
    await withdraw(one, product!.id);
    expect((await seen(other, product!.id))!.status).toBe('WITHDRAWN');
  });

  it('is never undone by readers that are under way', async () => {
    const [product] = await several(1);
    let ended = false;
    const reading = [one, other].map(async (subgraph) => {
      while (!ended) await Promise.all(Array.from({ length: 5 }, () => seen(subgraph, product!.id)));
    });
    for (let amount = 1; amount <= 40; amount++) {
      await update(amount % 2 ? one : other, { id: product!.id, price: { amount } });
      const answers = await Promise.all([one, other].map((subgraph) => seen(subgraph, product!.id)));
      expect(answers.map((answer) => answer!.price.amount)).toEqual([amount, amount]);
    }
    ended = true;
    await Promise.all(reading);
  });
});
