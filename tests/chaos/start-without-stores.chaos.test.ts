import { afterEach, describe, expect, it } from 'vitest';
import { useOwnMysql } from '../harness/own-mysql.ts';
import { useOwnRedis } from '../harness/own-redis.ts';
import type { Service, ServiceName } from '../harness/service.ts';
import { useStack } from '../harness/stack.ts';
import { useStores } from '../harness/stores.ts';
import { waitUntil } from '../harness/wait-until.ts';

const { redis, stores: withRedis } = useOwnRedis(useStores());
const { mysql, stores } = useOwnMysql(withRedis);
const stack = useStack(stores);
const started: Service[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((service) => service.stop()));
});

const SUBGRAPHS: ServiceName[] = ['user', 'product', 'order'];
const ALL: ServiceName[] = [...SUBGRAPHS, 'router'];
/** Nothing listens there, and nothing will: ports below 1024 are not given out. */
const NOWHERE = '127.0.0.1:9';

/** Starts a process of which it is not known yet whether it will serve. */
function start(name: ServiceName, environment: NodeJS.ProcessEnv) {
  const lines: string[] = [];
  const service = stack.startService(name, environment, { onLine: (line) => lines.push(line) });
  service.then(
    (running) => started.push(running),
    () => undefined,
  );
  return { service, lines, isWaitingFor: (store: string) => lines.some((line) => waitsFor(line, store)) };
}

const waitsFor = (line: string, store: string): boolean => {
  const { msg, store: named } = JSON.parse(line) as { msg?: string; store?: string };
  return msg === 'waiting for a store' && named === store;
};

/** @returns the output, besides its log, of a process that ended before it was ready */
async function lastWords(service: Promise<Service>): Promise<string> {
  const error = await service.then(
    () => null,
    (reason: unknown) => reason as Error,
  );
  const [how, ...lines] = error!.message.split('\n').filter((line) => !line.startsWith('{'));
  expect(how).toContain('ended (69)');
  return lines.join('\n').trim();
}

describe.concurrent('a process whose store is not there', () => {
  it('waits for Redis, and then ends with one sentence', async () => {
    await Promise.all(
      ALL.map(async (name) => {
        const { service, lines, isWaitingFor } = start(name, {
          REDIS_URL: `redis://${NOWHERE}`,
          STORES_WAIT: '5s',
        });
        expect(await lastWords(service)).toBe(
          `Redis at ${NOWHERE} (REDIS_URL) was not there within 5 s (STORES_WAIT): ECONNREFUSED.`,
        );
        expect(isWaitingFor('Redis')).toBe(true);
        expect(lines.join('\n')).not.toContain('stack');
      }),
    );
  });

  it('waits for MySQL, and then ends with one sentence', async () => {
    const url = `mysql://root:secret@${NOWHERE}/firstcome`;
    await Promise.all(
      SUBGRAPHS.map(async (name) => {
        const { service, lines, isWaitingFor } = start(name, { MYSQL_URL: url, STORES_WAIT: '5s' });
        expect(await lastWords(service)).toBe(
          `MySQL at ${NOWHERE} (MYSQL_URL) was not there within 5 s (STORES_WAIT): ECONNREFUSED.`,
        );
        expect(isWaitingFor('MySQL')).toBe(true);
        expect(lines.join('\n')).not.toContain('stack');
      }),
    );
  });

  it('ends with one sentence where it is not to wait', async () => {
    const mysqlUrl = `mysql://root:secret@${NOWHERE}/firstcome`;
    const [redisSettings, mysqlSettings] = [{ REDIS_URL: `redis://${NOWHERE}` }, { MYSQL_URL: mysqlUrl }];
    const lastWordsOf = (settings: NodeJS.ProcessEnv) =>
      Promise.all(
        SUBGRAPHS.map((name) => lastWords(start(name, { ...settings, STORES_WAIT: '0s' }).service)),
      );
    expect(new Set(await lastWordsOf(redisSettings))).toEqual(
      new Set([`Redis at ${NOWHERE} (REDIS_URL) cannot be used: ECONNREFUSED.`]),
    );
    expect(new Set(await lastWordsOf(mysqlSettings))).toEqual(
      new Set([`MySQL at ${NOWHERE} (MYSQL_URL) cannot be used: ECONNREFUSED.`]),
    );
  });

  it('does not wait where the account is refused', async () => {
    const url = Object.assign(new URL(stores.mysqlUrl), { username: 'unknown', password: 'wrong' }).href;
    await expect(start('user', { MYSQL_URL: url }).service).rejects.toThrow(
      'MYSQL_URL is not acceptable: the MySQL server refuses its user, password or host',
    );
    const redisUrl = Object.assign(new URL(stores.redisUrl), { username: 'unknown', password: 'wrong' }).href;
    await expect(start('user', { REDIS_URL: redisUrl }).service).rejects.toThrow(
      'Redis does not accept the user and password in REDIS_URL',
    );
  });
});

const isReady = async ({ url }: Service) => (await fetch(`${url}/health/ready`)).ok;

/** Starts processes while a store does not answer, and brings it back once all of them wait for it. */
async function expectAllToServe(
  names: readonly ServiceName[],
  store: string,
  bringBack: () => Promise<void> | void,
) {
  const all = names.map((name) => start(name, {}));
  try {
    await waitUntil('all to wait', () => all.every((one) => one.isWaitingFor(store)), Boolean, 60_000);
  } finally {
    await bringBack();
  }
  for (const service of await Promise.all(all.map((one) => one.service)))
    await waitUntil(`${service.name} to be ready`, () => isReady(service));
}

describe('every process', () => {
  it('that is started before Redis serves once that is there', async () => {
    await redis.kill();
    await expectAllToServe(ALL, 'Redis', () => redis.start());
  });

  it('that is started while Redis is frozen serves once that answers', async () => {
    redis.signal('SIGSTOP');
    await expectAllToServe(ALL, 'Redis', () => redis.signal('SIGCONT'));
  });

  it('that is started while MySQL is frozen serves once that answers', async () => {
    mysql.server.signal('SIGSTOP');
    await expectAllToServe(SUBGRAPHS, 'MySQL', () => mysql.server.signal('SIGCONT'));
  });
});
