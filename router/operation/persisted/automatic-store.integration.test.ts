import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLogger } from '../../../platform/logger.ts';
import { clientNetworkOf } from '../../../platform/rate-limit/client-network.ts';
import { openRedis, type Redis } from '../../../platform/redis/client.ts';
import { useStores } from '../../../tests/harness/stores.ts';
import { waitUntil } from '../../../tests/harness/wait-until.ts';
import { createAutomaticStore } from './automatic-store.ts';
import { documentHash } from './document-hash.ts';

const stores = useStores();
const logger = createLogger('test', 'silent');
const open = () => openRedis({ url: stores.redisUrl, commandTimeoutMs: 5_000, logger });
let redis: Redis;
beforeAll(async () => {
  redis = open();
  await redis.connect();
});
afterAll(() => redis.disconnect());

let prefixes = 0;
function storeWith(client: Redis, maxDocumentsPerAddress: number) {
  const redisPrefix = `${stores.redisPrefix}${prefixes++}:`;
  const store = createAutomaticStore({
    redis: client,
    redisPrefix,
    ttlMs: 86_400_000,
    maxBytes: 1_000,
    maxDocuments: 1_000,
    maxDocumentsPerAddress,
    logger,
  });
  const keep = (text: string, address: string) =>
    store.keep(documentHash(text), text, clientNetworkOf(address));
  const isKept = async (text: string) =>
    (await redis.exists(`${redisPrefix}document:${documentHash(text)}`)) === 1;
  return { keep, isKept, kept: () => redis.keys(`${redisPrefix}document:*`) };
}

it('one address takes its share of what is kept, and no more', async () => {
  const { keep, kept, isKept } = storeWith(redis, 5);
  for (let n = 0; n < 30; n++) keep(`{ strangers${n} }`, `2001:db8:1:1::${n}`);
  keep('{ honest }', '203.0.113.2');
  await waitUntil('the honest one to be kept', () => isKept('{ honest }'));
  expect(await kept()).toHaveLength(6);
});

it('a document that came while Redis was away is kept when it comes again', async () => {
  const away = open();
  const { keep, isKept } = storeWith(away, 5);
  keep('{ early }', '203.0.113.1');
  await away.connect();
  try {
    await waitUntil('it to be kept', () => {
      keep('{ early }', '203.0.113.1');
      return isKept('{ early }');
    });
  } finally {
    away.disconnect();
  }
});
