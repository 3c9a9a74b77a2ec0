import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { readCommandLine, runScript } from '../command-line.ts';
import { RouterProcess } from './memory/router-process.ts';
import { startSilentSubgraphs } from './memory/silent-subgraphs.ts';
import { WaitingBuyers } from './memory/waiting-buyers.ts';
import { createMint } from './mint.ts';
import { wholeNumber } from './whole-number.ts';

/** `npm run perf:memory`: what buyers who wait cost the router, in memory. */
const HELP = `npm run perf:memory -- [--buyers N] [--router FOLDER]

Starts a router before subgraphs that answer nothing, as if they were paused, and sends one purchase on each of N connections
(10000), with another token each. Prints the resident memory of the router before, and while all of them wait. FOLDER is
another checkout of this project, built there. Linux only; each connection takes an open file here and in the router (ulimit -n).
`;

/** All buyers come from one address, and wait for as long as the measurement takes; no store is needed. */
const SETTINGS = {
  RATE_LIMITS: 'off',
  SUBGRAPH_TIMEOUT: '300s',
  RECEIVE_TIMEOUT: '300s',
  STORES_WAIT: '0s',
  REVOKED_SESSIONS: 'off',
  REDIS_URL: 'redis://127.0.0.1:1',
};
/** The router has received everything when it has been idle for so long, in milliseconds. */
const IDLE_MS = 2_000;
/** CPU time of an idle router in that time, in microseconds. */
const IDLE_US = 100_000;

async function main(): Promise<void> {
  const { values } = readCommandLine(HELP, {
    options: { buyers: { type: 'string', default: '10000' }, router: { type: 'string', default: '.' } },
  });
  const number = wholeNumber('--buyers', values.buyers);
  const subgraphs = await startSilentSubgraphs();
  const mint = createMint(subgraphs.signingKey, 3_600);
  const query = await readFile('schema/operations/Purchase.graphql', 'utf8');
  const purchases = await Promise.all(
    Array.from({ length: number }, async () => {
      const variables = { input: { productId: randomUUID(), idempotencyKey: randomUUID() } };
      return { token: await mint(), body: JSON.stringify({ query, variables }) };
    }),
  );

  const router = await RouterProcess.start(values.router, { ...SETTINGS, ...subgraphs.environment });
  const buyers = new WaitingBuyers();
  try {
    const before = router.memoryMiB.now;
    await buyers.connect(router.url, purchases);
    await untilIdle(router);
    const waiting = router.memoryMiB;
    const each = ((waiting.now - before) * 1_024) / number;
    console.log(`before                ${before} MiB`);
    console.log(`${String(number).padEnd(7)} buyers wait   ${waiting.now} MiB, ${waiting.peak} at the most`);
    console.log(`each                  ${each.toFixed(1)} KiB`);
    if (buyers.answered > 0)
      console.log(`${buyers.answered} were refused and wait no more: the load came too slowly.`);
  } finally {
    buyers.close();
    router.kill();
    subgraphs.close();
  }
}

async function untilIdle(router: RouterProcess): Promise<void> {
  for (let before = -IDLE_US; router.cpuUs - before >= IDLE_US;) {
    before = router.cpuUs;
    await sleep(IDLE_MS);
  }
}

runScript(main);
