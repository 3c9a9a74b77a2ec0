import { randomUUID } from 'node:crypto';
import { getIntrospectionQuery } from 'graphql';
import { request } from 'undici';
import { expect } from 'vitest';
import { countAnswers, openSale, purchase } from '../../harness/shop.ts';
import type { Reply } from '../../harness/stack.ts';
import type { Attack } from '../attack.ts';
import { someAddress, type AttackedSystem, type Client } from '../attacked-system.ts';

/** As many searches with totals as one operation may have. */
const SEARCHES = Array.from({ length: 6 }, (_, n) => n);
const SEARCH = `query (${SEARCHES.map((n) => `$s${n}: String`).join(' ')}) {
  ${SEARCHES.map((n) => `a${n}: products(first: 1, filter: { search: $s${n} }) { totalCount nodes { id } }`).join(' ')}
}`;
const LIST = 'query ($n: Int!) { products(first: $n) { nodes { id name price { amount } } totalCount } }';
/** Costs some 6,000 units, and little time where there are few products. */
const COSTLY = `query { ${Array.from(
  { length: 15 },
  (_, n) =>
    `a${n}: products(first: 100, filter: { status: OPEN }) { nodes { price { amount } stock { total } } }`,
).join(' ')} }`;

let word = 0;
const search = (client: Client): Promise<Reply> =>
  client.execute(SEARCH, Object.fromEntries(SEARCHES.map((n) => [`s${n}`, `mug ${word++}`])));

/** Runs `task` so many times, `atOnce` at a time. */
async function flood<Result>(
  times: number,
  atOnce: number,
  task: (n: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const loop = async () => {
    while (next < times) results.push(await task(next++));
  };
  await Promise.all(Array.from({ length: atOnce }, loop));
  return results;
}

const codeOf = ({ errors, data }: Reply): string => errors?.[0]?.extensions?.code ?? (data ? 'ok' : 'none');
const refused = (replies: readonly Reply[]): Reply[] => replies.filter((reply) => codeOf(reply) !== 'ok');

function expectRateLimited(replies: readonly Reply[]): void {
  for (const { status, headers, errors } of replies) {
    expect([status, errors?.[0]?.extensions?.code]).toEqual([429, 'RATE_LIMITED']);
    expect(errors?.[0]?.extensions?.retryAfterMs).toBeGreaterThan(0);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  }
}

async function spendCost(client: Client): Promise<void> {
  for (let n = 0; n < 500; n++) if (codeOf(await client.execute(COSTLY)) === 'RATE_LIMITED') return;
  throw new Error('The cost of an address has no limit.');
}

async function watch({ stack }: AttackedSystem, address: string, ids: readonly string[]): Promise<Reply> {
  const query = ids.map((id) => `productId=${id}`).join('&');
  const { statusCode, headers, body } = await request(`${stack.routers[0]!.url}/live/stock?${query}`, {
    headers: { 'x-forwarded-for': address },
  });
  return { ...((await body.json()) as Omit<Reply, 'status' | 'headers'>), status: statusCode, headers };
}

/** Few or small requests that are expensive. */
export const attacksOnCosts: readonly Attack[] = [
  {
    attack: 'fifteen searches with totals in one operation',
    gets: 'are refused by their cost',
    async run(system) {
      const lists = Array.from(
        { length: 15 },
        (_, n) => `a${n}: products(filter: { search: "x${n}" }) { totalCount }`,
      );
      const reply = await system.from(someAddress()).execute(`{ ${lists.join(' ')} }`);
      expect([reply.status, codeOf(reply)]).toEqual([400, 'OPERATION_TOO_COMPLEX']);
    },
  },
  {
    attack: 'twenty-four connections of one network with searches',
    gets: 'delay no list of signed-in buyers of that network, or of other networks',
    async run(system) {
      const attacker = system.from(someAddress());
      const other = system.from(someAddress());
      let isOver = false;
      const attack = flood(300 * system.rounds, 24, () => search(attacker)).finally(() => (isOver = true));
      const lists: Reply[] = [];
      for (let n = 0; !isOver; n++) {
        lists.push(await attacker.execute(LIST, { n: (n % 50) + 1 }, system.stack.mint.buyer()));
        lists.push(
          await other.execute(LIST, { n: (n % 50) + 1 }, n % 2 ? system.stack.mint.buyer() : undefined),
        );
      }
      const replies = await attack;
      expect(refused(lists)).toEqual([]);
      const limited = replies.filter((reply) => codeOf(reply) === 'RATE_LIMITED');
      expect(limited.length).toBeGreaterThan(replies.length / 2);
      expectRateLimited(limited);
    },
  },
  {
    attack: 'repeated introspection of the whole schema by twenty connections of one network',
    gets: 'is charged by its size, and delays no purchase of another network',
    async run(system) {
      const attacker = system.from(someAddress());
      const buyer = system.from(someAddress());
      const product = await openSale(system.stack, { units: 100_000 });
      let isOver = false;
      const attack = flood(400 * system.rounds, 20, () => attacker.execute(getIntrospectionQuery())).finally(
        () => (isOver = true),
      );
      const purchases: Awaited<ReturnType<typeof purchase>>[] = [];
      while (!isOver) purchases.push(await purchase(buyer, product, system.stack.mint.buyer()));
      const replies = await attack;
      expect(countAnswers(purchases)).toEqual({ PurchaseConfirmed: purchases.length });
      const limited = replies.filter((reply) => codeOf(reply) === 'RATE_LIMITED');
      expect(limited.length).toBeGreaterThan(replies.length / 2);
      expectRateLimited(limited);
    },
  },
  {
    attack: 'a hundred new chains of fragments',
    gets: 'are charged by their tokens, and leave other networks their own new documents',
    async run(system) {
      const client = system.from(someAddress());
      const chain = (n: number) =>
        `query C${n}_${randomUUID().replaceAll('-', '')} { product(id: "${randomUUID()}") { ...F0 } } ` +
        Array.from({ length: 64 }, (_, i) => `fragment F${i} on Product { ...F${i + 1} }`).join(' ') +
        ' fragment F64 on Product { id }';
      const replies = await flood(100, 8, (n) => client.execute(chain(n)));
      expect(refused(replies).length).toBeGreaterThan(50);
      expectRateLimited(refused(replies));
      const other = await system.from(someAddress()).execute(`{ serverTime } # ${randomUUID()}`);
      expect(refused([other])).toEqual([]);
    },
  },
  {
    attack: 'live streams of twenty unknown products',
    gets: 'are charged by product, and other networks are answered',
    async run(system) {
      const client = system.from(someAddress());
      const unknown = () => Array.from({ length: 20 }, () => randomUUID());
      expect((await watch(system, client.address, unknown())).status).toBe(404);
      await spendCost(client);
      const answers = await flood(60, 60, () => watch(system, client.address, unknown()));
      const limited = answers.filter(({ status }) => status !== 404);
      expect(limited.length).toBeGreaterThan(answers.length / 3);
      expectRateLimited(limited);
      expect((await watch(system, someAddress(), unknown())).status).toBe(404);
    },
  },
  {
    attack: 'many honest buyers behind one address',
    gets: 'is served',
    async run(system) {
      const client = system.from(someAddress());
      const buyers = 150 * system.rounds;
      const productId = await openSale(system.stack, { units: buyers });
      const page =
        'query ($id: ID!) { serverTime product(id: $id) { name status price { amount } stock { remaining } } }';
      const answers = await flood(buyers, 100, async () => {
        const token = system.stack.mint.buyer();
        const looks = await Promise.all([
          client.execute(page, { id: productId }),
          client.execute(LIST, { n: 20 }),
        ]);
        expect(refused(looks)).toEqual([]);
        expect(refused([await client.execute(page, { id: productId }, token)])).toEqual([]);
        return purchase(client, productId, token);
      });
      expect(countAnswers(answers)).toEqual({ PurchaseConfirmed: buyers });
    },
  },
];
