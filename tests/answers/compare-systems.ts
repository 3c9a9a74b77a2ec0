import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { BATCH_REQUEST_TYPE } from '../../platform/operation-batch/batch-request.ts';
import { rsaKey, startIssuer } from '../../platform/identity/tokens/testing/issuer.ts';
import { Teardown } from '../../scripts/start/teardown.ts';
import { compareRequest, type Compared } from './compare-request.ts';
import { PreparedSystem, type SystemOptions } from './prepared-system.ts';
import { startPrepared, startPreparedByApollo } from './prepared-subgraphs.ts';
import type { RecordedRequest } from './recorded-requests.ts';

/** Of the HTTP servers in this process, the prepared subgraphs. */
const REQUESTS = 'http.server.request.start';

export interface ComparisonOptions {
  readonly requests: readonly RecordedRequest[];
  /** Another checkout, which is built. */
  readonly against: string;
  readonly rounds: number;
  readonly say: (line: string) => void;
}

/** @returns what differs, one answer of each request and round */
export async function compareSystems(options: ComparisonOptions, teardown: Teardown): Promise<Compared[]> {
  const key = rsaKey('key-1');
  const issuer = await startIssuer(key);
  await teardown.add(() => issuer.close());
  const dataDir = await mkdtemp(join(tmpdir(), 'firstcome-answers-'));
  await teardown.add(() => rm(dataDir, { recursive: true, force: true }));
  const shared = { issuer, dataDir, supergraphFile: resolve('schema/supergraph.graphql') };
  const now: SystemOptions = { ...shared, folder: resolve('.'), startSubgraph: startPrepared };
  const before: SystemOptions = { ...shared, folder: options.against, startSubgraph: startPreparedByApollo };
  const different: Compared[] = [];
  for (let round = 0; round < options.rounds; round++) {
    const ofRound = new Teardown();
    await teardown.add(() => ofRound.run());
    try {
      const systems = await Promise.all([before, now].map((one) => startSystem(one, round, ofRound)));
      const found = await compareRound(systems as [PreparedSystem, PreparedSystem], round, options, key);
      different.push(...found);
    } finally {
      await ofRound.run();
    }
  }
  return different;
}

/** A teardown that begins while the system starts waits for that. */
async function startSystem(
  options: SystemOptions,
  round: number,
  teardown: Teardown,
): Promise<PreparedSystem> {
  const starting = PreparedSystem.start(options, round);
  await teardown.add(async () => (await starting.catch(() => undefined))?.stop());
  return starting;
}

async function compareRound(
  [before, now]: readonly [PreparedSystem, PreparedSystem],
  round: number,
  { requests, say }: ComparisonOptions,
  key: Parameters<typeof compareRequest>[3],
): Promise<Compared[]> {
  const different: Compared[] = [];
  const counts = new Map<string, number>();
  let withErrors = 0;
  const endCount = countBatches();
  for (const [index, request] of requests.entries()) {
    const all = await compareRequest(before, now, request, key, `answers-${round}-${index}`);
    for (const { difference, now: answer } of all) {
      if (answer.text.startsWith('{"errors"')) withErrors += 1;
      const name = difference ?? 'the same';
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    const found = all.find(({ difference }) => difference !== null);
    if (found) different.push(found);
  }
  const batches = endCount();
  const shares = [...counts].map(([name, count]) => `${name} ${count}`).join(', ');
  say(
    `Round ${round}: ${requests.length} requests, ${different.length} answered differently; answers: ${shares}; with errors ${withErrors}; batches ${batches}.`,
  );
  return different;
}

/** Counts requests of several operations to the prepared subgraphs, which are in this process. @returns ends it, and returns the count */
function countBatches(): () => number {
  let count = 0;
  const onRequest = (message: unknown) => {
    const { request } = message as { readonly request: IncomingMessage };
    if (request.headers['content-type'] === BATCH_REQUEST_TYPE) count += 1;
  };
  subscribe(REQUESTS, onRequest);
  return () => {
    unsubscribe(REQUESTS, onRequest);
    return count;
  };
}
