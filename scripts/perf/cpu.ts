import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Teardown } from '../start/teardown.ts';
import { openOwnShop, openSale } from './cpu/own-shop.ts';
import { RouterProcess } from './cpu/router-process.ts';
import { createMint, signingKeyIn } from './mint.ts';
import { readCommandLine, runScript } from '../command-line.ts';
import { wholeNumber } from './whole-number.ts';

/** `npm run perf:cpu`: what a purchase costs the router, in CPU time, side by side. */
const HELP = `npm run perf:cpu -- [--against FOLDER] [--purchases N] [--rounds N]

Starts a shop of its own, with several routers on the same subgraphs and stores, and sends each of them the same number of
purchases (2000) in turn, for several rounds (10), each by a buyer whose token it has not seen before. Prints the CPU time that
one purchase takes of each router: the median of the rounds, and the smallest and largest. Linux only.

  all on     this checkout, as it is preset, with metrics recorded
  off        this checkout, with all off that can be switched off
  before     the checkout in FOLDER, which was built there (npm run build), if it is given
`;

const EVERYTHING_OFF = {
  RATE_LIMITS: 'off',
  AUTOMATIC_PERSISTED_QUERIES: 'off',
  PLAYGROUND: 'off',
  SALE_PAGE: 'off',
  EXPLAIN_COST: 'off',
  RESPONSE_CACHE_MIB: '0',
};
// All of the load comes from one address.
const ALL_ON = { METRICS: 'on', METRICS_PORT: '0', RATE_LIMIT_PER_ADDRESS: '1000000/s burst 1000000' };
const AT_ONCE = 64;

async function main(): Promise<void> {
  const { values } = readCommandLine(HELP, {
    options: {
      against: { type: 'string' },
      purchases: { type: 'string', default: '2000' },
      rounds: { type: 'string', default: '10' },
    },
  });
  const purchases = wholeNumber('--purchases', values.purchases);
  const rounds = wholeNumber('--rounds', values.rounds);
  const teardown = new Teardown();
  process.once('SIGINT', () => void teardown.run().then(() => process.exit(130)));
  try {
    const shop = await openOwnShop(teardown);
    const routers = new Map<string, RouterProcess>();
    const start = async (name: string, folder: string, environment: NodeJS.ProcessEnv) => {
      const router = await RouterProcess.start(folder, { ...shop.routerEnvironment, ...environment });
      await teardown.add(() => router.stop());
      routers.set(name, router);
    };
    if (values.against) await start('before', resolve(values.against), EVERYTHING_OFF);
    await start('off', '.', EVERYTHING_OFF);
    await start('all on', '.', ALL_ON);
    await measure(routers, shop.dataDir, purchases, rounds);
  } finally {
    await teardown.run();
  }
}

async function measure(
  routers: ReadonlyMap<string, RouterProcess>,
  dataDir: string,
  purchases: number,
  rounds: number,
): Promise<void> {
  const productId = await openSale(
    `${[...routers.values()][0]!.url}/graphql`,
    routers.size * purchases * (rounds + 1),
  );
  const query = await readFile('schema/operations/Purchase.graphql', 'utf8');
  const mint = createMint(signingKeyIn(dataDir), 3_600);
  const costs = new Map<string, number[]>([...routers.keys()].map((name) => [name, []]));
  // The first round only warms everything up.
  for (let round = 0; round <= rounds; round++) {
    const tokens = await Promise.all(Array.from({ length: purchases }, mint));
    // Each is the first one equally often.
    const inTurn = [...routers].map((_, i, all) => all[(i + round) % all.length]!);
    for (const [name, router] of inTurn) {
      const us = await costOfPurchase(router, query, productId, tokens);
      if (round > 0) costs.get(name)!.push(us);
    }
    if (process.stdout.isTTY) process.stdout.write(`\r${round} of ${rounds} rounds`);
  }
  if (process.stdout.isTTY) process.stdout.write('\r');
  console.log('microseconds of CPU a purchase   median   from .. to');
  for (const [name, all] of costs) {
    all.sort((a, b) => a - b);
    const [median, least, most] = [all[all.length >> 1]!, all[0]!, all.at(-1)!].map(Math.round);
    console.log(`${name.padEnd(30)} ${String(median).padStart(8)}   ${least} .. ${most}`);
  }
}

/** @returns microseconds of the router's CPU time for each purchase */
async function costOfPurchase(
  router: RouterProcess,
  query: string,
  productId: string,
  tokens: readonly string[],
): Promise<number> {
  const before = router.cpuUs;
  let next = 0;
  const buy = async () => {
    for (let token = tokens[next++]; token !== undefined; token = tokens[next++]) {
      const variables = { input: { productId, idempotencyKey: randomUUID() } };
      const reply = await router.post(JSON.stringify({ query, variables }), token);
      if (!reply.includes('"PurchaseConfirmed"')) throw new Error(`A purchase was answered with ${reply}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, buy));
  return (router.cpuUs - before) / tokens.length;
}

runScript(main);
