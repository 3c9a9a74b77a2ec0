import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { readUsage, type Usage } from '../bench/record/usage.ts';
import { startChild } from '../bench/systems/child.ts';
import { readCommandLine, readWholeNumber, runScript } from '../command-line.ts';
import { readCheckout } from '../folders.ts';
import { runWithTeardown } from '../start/run-with-teardown.ts';
import { END_WITH_PARENT, NODE_FLAGS } from '../start/service-programs.ts';
import type { Teardown } from '../start/teardown.ts';
import { freePort } from '../stores/free-port.ts';
import { startSilentSubgraphs } from './memory/silent-subgraphs.ts';
import { WaitingBuyers } from './memory/waiting-buyers.ts';
import { createMint } from './mint.ts';

/** `npm run perf:memory`: what buyers who wait cost the router, in memory. */
const HELP = `npm run perf:memory -- [--buyers N] [--router FOLDER]

Starts a router before subgraphs that answer nothing, as if they were paused, and sends one purchase on each of N connections
(10000), with another token each. Prints the resident memory of the router before, and while all of them wait. FOLDER is
another checkout of this project, built there. Linux only; each connection takes an open file here and in the router (ulimit -n).
`;

/** All buyers come from one address, and wait for as long as the measurement takes; no store is needed. */
const SETTINGS = {
  NODE_ENV: 'development',
  LOG_LEVEL: 'info',
  RATE_LIMITS: 'off',
  SUBGRAPH_TIMEOUT: '300s',
  RECEIVE_TIMEOUT: '300s',
  STORES_WAIT: '0s',
  REVOKED_SESSIONS: 'off',
  REDIS_URL: 'redis://127.0.0.1:1',
};
/** The router has received everything when it has been idle for so long, in milliseconds. */
const IDLE_MS = 2_000;
/** CPU time of an idle router in that time, in milliseconds. */
const IDLE_CPU_MS = 100;

async function main(): Promise<void> {
  const { values } = readCommandLine(HELP, {
    options: { buyers: { type: 'string', default: '10000' }, router: { type: 'string', default: '.' } },
  });
  const number = readWholeNumber('--buyers', values.buyers, 1);
  const folder = readCheckout('--router', values.router);
  await runWithTeardown((teardown) => measure(number, values.router, folder, teardown));
}

/** @param name of the router, as its folder was typed */
async function measure(number: number, name: string, folder: string, teardown: Teardown): Promise<void> {
  const subgraphs = await startSilentSubgraphs();
  await teardown.add(() => subgraphs.close());
  const mint = createMint(subgraphs.signingKey, 3_600);
  const query = await readFile('schema/operations/Purchase.graphql', 'utf8');
  const purchases = await Promise.all(
    Array.from({ length: number }, async () => {
      const variables = { input: { productId: randomUUID(), idempotencyKey: randomUUID() } };
      return { token: await mint(), body: JSON.stringify({ query, variables }) };
    }),
  );

  const PORT = String(await freePort());
  const url = `http://127.0.0.1:${PORT}`;
  const router = await startChild(
    {
      name: `the router of ${name}`,
      args: [...NODE_FLAGS, '--import', END_WITH_PARENT, 'dist/router/main.js'],
      cwd: folder,
      environment: { ...SETTINGS, ...subgraphs.environment, PORT },
      readyUrl: `${url}/health/live`,
    },
    teardown,
  );
  // Before the router, which waits for their answers before it ends.
  await teardown.add(() => subgraphs.close());
  const usage = () => readUsage({ router: [router.pid] })['router']!;
  const buyers = new WaitingBuyers();
  await teardown.add(() => buyers.close());
  const before = usage().rssMiB;
  await buyers.connect(url, purchases);
  const waiting = await untilIdle(usage);
  const each = ((waiting.rssMiB - before) * 1_024) / number;
  const [now, peak] = [waiting.rssMiB, waiting.peakMiB].map(Math.round);
  console.log(`before                ${Math.round(before)} MiB`);
  console.log(`${String(number).padEnd(7)} buyers wait   ${now} MiB, ${peak} at the most`);
  console.log(`each                  ${each.toFixed(1)} KiB`);
  if (buyers.answered > 0)
    console.log(`${buyers.answered} were refused and wait no more: the load came too slowly.`);
}

/** @returns what it uses then */
async function untilIdle(usage: () => Usage): Promise<Usage> {
  for (;;) {
    const before = usage().cpuMs;
    await sleep(IDLE_MS);
    const now = usage();
    if (now.cpuMs - before < IDLE_CPU_MS) return now;
  }
}

runScript(main);
