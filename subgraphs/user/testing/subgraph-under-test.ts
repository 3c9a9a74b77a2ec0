import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { pino } from 'pino';
import type { Caller } from '../../../platform/identity/identity.ts';
import {
  callSigned,
  identityOf,
  type CalledSubgraph,
} from '../../../platform/identity/testing/signed-request.ts';
import type { TestStores } from '../../../tests/harness/stores.ts';
import { readUserConfig, type UserConfig } from '../config.ts';
import { startUserSubgraph } from '../start.ts';

/** The whole subgraph on a free port, called over HTTP as the router does. */
export interface SubgraphUnderTest {
  readonly url: string;
  readonly config: UserConfig;
  /** Every line that was logged, without any redaction. */
  readonly logged: readonly string[];
  request(query: string, variables?: object, caller?: Caller | null, clientAddress?: string): Promise<Answer>;
  /** Mails to an address, oldest first. */
  mailsTo(address: string): Promise<string[]>;
  stop(): Promise<void>;
}

interface Answer {
  readonly data: Record<string, Record<string, unknown> & { __typename?: string }> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}

export async function startForTest(
  stores: TestStores,
  environment: Record<string, string> = {},
): Promise<SubgraphUnderTest> {
  const dataDir = await mkdtemp(join(tmpdir(), 'firstcome-user-'));
  const config = readUserConfig({
    NODE_ENV: 'test',
    DATA_DIR: dataDir,
    MYSQL_URL: stores.mysqlUrl,
    REDIS_URL: stores.redisUrl,
    REDIS_PREFIX: stores.redisPrefix,
    USER_PORT: '0',
    ...environment,
  });
  const logged: string[] = [];
  const running = await startUserSubgraph(
    config,
    pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) }),
  ).catch(async (error: unknown) => {
    await rm(dataDir, { recursive: true, force: true });
    throw error;
  });

  const subgraph: CalledSubgraph = {
    name: 'user',
    url: running.url,
    secret: config.secrets.identitySecret,
  };
  return {
    url: running.url,
    config,
    logged,
    request: async (query, variables = {}, caller = null, clientAddress) => {
      const identity = { ...identityOf(caller), ...(clientAddress ? { clientAddress } : {}) };
      const response = await callSigned(subgraph, { query, variables }, identity);
      return (await response.json()) as Answer;
    },
    mailsTo: async (address) => {
      const folder = join(config.DATA_DIR, 'mail');
      const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.eml')).sort();
      const mails = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
      // Long lines are folded (RFC 5322).
      return mails.filter((mail) => mail.replace(/\n[ \t]+/g, ' ').includes(`\nTo: ${address}\n`));
    },
    stop: async () => {
      await running.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** The caller that an access token names, as the router passes it on. */
export function callerBy(accessToken: unknown): Caller {
  const { sub, scope, sid } = decodeJwt<{ scope: string; sid: string }>(String(accessToken));
  return { userId: String(sub), scopes: new Set(scope.split(' ').filter(Boolean)), sessionId: sid };
}
