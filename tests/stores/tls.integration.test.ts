import { describe, expect, it } from 'vitest';
import { createLogger } from '../../platform/logger.ts';
import { openDatabase } from '../../platform/mysql/database.ts';
import { firstConnection } from '../../platform/mysql/first-connection.ts';
import { connectRedis } from '../../platform/redis/client.ts';
import { assertRedisTls } from '../../platform/redis/tls-check.ts';
import { useCertificateAuthority } from '../harness/certificates.ts';
import { useOrderTestBed } from '../../subgraphs/order/testing/order-test-bed.ts';
import { useTlsStores, WITHOUT_CERTIFICATE } from '../harness/tls-stores.ts';
import { startForTest } from '../../subgraphs/user/testing/subgraph-under-test.ts';

const logger = createLogger('test', 'silent');
const authority = useCertificateAuthority();
const stranger = useCertificateAuthority('Another authority');
const stores = useTlsStores(authority);

const openMysql = (url: string) =>
  openDatabase({ url, subgraph: 'probe', entities: [], migrations: [], poolSize: 2, queueLimit: 10, logger });

describe('stores that demand TLS and a certificate of each client', () => {
  const bed = useOrderTestBed(stores);

  it('serve every connection of a purchase', async () => {
    const product = await bed.sell({ units: 1 });
    expect(await bed.buy(product)).toMatchObject({ __typename: 'PurchaseConfirmed' });
    expect(await bed.buy(product)).toMatchObject({ __typename: 'SoldOut' });
    expect(await bed.ledger(product)).toMatchObject({ sold: 1, orders: 1 });
  });

  it('serve the user subgraph', async () => {
    const subgraph = await startForTest(stores);
    await subgraph.stop();
  });
});

describe('MySQL', () => {
  const options = { 'ssl-cert': stores.client.cert, 'ssl-key': stores.client.key };

  it('of another authority stops the start with a sentence', async () => {
    await expect(openMysql(stores.mysqlWith({ ...options, 'ssl-ca': stranger.ca }))).rejects.toThrow(
      /^MYSQL_URL is not acceptable: TLS with the MySQL server failed; check ssl-ca, ssl-cert and ssl-key \(.*certificate.*\)\.$/,
    );
  });

  it('is not reached without TLS, or without the certificate that it demands', async () => {
    const plain = new URL(stores.mysqlWith({}));
    Object.assign(plain, { username: WITHOUT_CERTIFICATE, password: '' });
    for (const url of [plain.href, stores.mysqlWith({ 'ssl-ca': authority.ca })])
      await expect(openMysql(url)).rejects.toThrow(
        /^MYSQL_URL is not acceptable: the MySQL server (demands TLS|refuses .*, or demands TLS \(ssl-ca\) or a certificate)/,
      );
    plain.search = `?${new URLSearchParams({ 'ssl-ca': authority.ca })}`;
    const connection = await firstConnection(plain.href);
    await connection.end();
  });

  it('is reached by its address where its authority alone is checked', async () => {
    const checks = { ...options, 'ssl-ca': authority.ca, 'ssl-mode': 'VERIFY_CA' };
    const database = await openMysql(stores.mysqlWith(checks, '127.0.0.1'));
    await database.ping();
    await database.close();
  });
});

describe('Redis', () => {
  const open = async (url: string) => (await connectRedis({ url, logger })).disconnect();

  it('of another authority stops the start with a sentence', async () => {
    const { cert, key } = stores.client;
    const url = stores.redisWith({ ca: stranger.ca, cert, key });
    const sentence = /^REDIS_URL is not acceptable: the server's certificate is not accepted \([A-Z_]+\)\.$/;
    await expect(open(url)).rejects.toThrow(sentence);
    await expect(assertRedisTls(url)).rejects.toThrow(sentence);
  });

  it('that demands a certificate stops the start of a client without one', async () => {
    await expect(open(stores.redisWith({ ca: authority.ca }))).rejects.toThrow(
      /^REDIS_URL is not acceptable: the server does not accept the client's certificate, or demands one/,
    );
  });

  it('is known by the name that its certificate is issued to', async () => {
    const { cert, key } = stores.client;
    const url = stores.redisWith({ ca: authority.ca, cert, key }, '127.0.0.1');
    await expect(open(url)).rejects.toThrow(/^REDIS_URL .* is issued to another name/);
    await open(`${url}&servername=localhost`);
  });

  it('that does not answer is not reported by the check', async () => {
    await assertRedisTls('rediss://localhost:1');
  });
});
