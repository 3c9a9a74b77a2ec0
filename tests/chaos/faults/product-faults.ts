import type { Redis } from 'ioredis';
import type { ChaosSystem } from '../chaos-system.ts';
import type { Fault } from './fault.ts';

const ANSWER = 'Busy for that product until it is rebuilt; every other product is sold';

/** The key of the product's epoch, or the gate. */
async function keyOf(redis: Redis, system: ChaosSystem, productId: string, part: string): Promise<string> {
  const gate = system.stockKey(productId, 'gate');
  if (part === 'gate') return gate;
  const [epoch] = (await redis.get(gate))!.split(':');
  return system.stockKey(productId, `${epoch}:${part}`);
}

/** One product's keys are damaged in Redis, once; only the system itself repairs them (reconciliation). */
const damage = (
  name: string,
  what: string,
  work: (redis: Redis, keyOf: (part: string) => Promise<string>, system: ChaosSystem) => Promise<unknown>,
): Fault => ({
  name: `keys-${name}`,
  what,
  answer: ANSWER,
  lastsS: 0,
  async inject(system, { struck }) {
    await system.withRedis((redis) => work(redis, (part) => keyOf(redis, system, struck, part), system));
    return async () => undefined;
  },
});

const replace = (name: string, part: string) =>
  damage(name, `the key "${part}" of one product is a string`, async (redis, key) => {
    const damaged = await key(part);
    await redis.multi().del(damaged).set(damaged, 'garbage').exec();
  });

export const PRODUCT_FAULTS: readonly Fault[] = [
  replace('stock', 'stock'),
  replace('records', 'records'),
  replace('due', 'due'),
  replace('holding', 'holding'),
  replace('settled', 'settled'),
  replace('gate', 'gate'),
  damage('lost', 'the stock of one product is deleted', async (redis, key) => redis.del(await key('stock'))),
  damage('reserved', 'more is reserved than reservations are open', async (redis, key) =>
    redis.hincrby(await key('stock'), 'reserved', 1_000_000),
  ),
  damage('reserved-less', 'less is reserved than reservations are open', async (redis, key) =>
    redis.hincrby(await key('stock'), 'reserved', -6),
  ),
  damage('sold', 'Redis counts more units as sold than MySQL', async (redis, key) =>
    redis.hincrby(await key('stock'), 'sold', 1_000_000),
  ),
  damage(
    'busy-list',
    'the list of products that may have reservations is a string',
    async (redis, _key, system) =>
      redis
        .multi()
        .del(`${system.redisPrefix}stock:busy-products`)
        .set(`${system.redisPrefix}stock:busy-products`, 'garbage')
        .exec(),
  ),
];
