import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ShopClient } from '../../seed/shop-client.ts';
import type { Teardown } from '../../start/teardown.ts';
import { describeServices, startServices } from '../../start/services.ts';
import { openStores } from '../../start/stores.ts';
import { freePort } from '../../stores/free-port.ts';

const ADMINISTRATOR = { ADMIN_EMAIL: 'admin@firstcome.example', ADMIN_PASSWORD: 'firstcome-admin' };

export interface OwnShop {
  /** Where its signing key is. */
  readonly dataDir: string;
  /** The settings of its routers. */
  readonly routerEnvironment: NodeJS.ProcessEnv;
}

/** Stores and subgraphs of this checkout for a measurement, gone at the end; a router is not among them. */
export async function openOwnShop(teardown: Teardown): Promise<OwnShop> {
  const dataDir = await mkdtemp(join(tmpdir(), 'firstcome-perf-'));
  await teardown.add(() => rm(dataDir, { recursive: true, force: true }));
  const [PORT, USER_PORT, PRODUCT_PORT, ORDER_PORT] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
    freePort(),
  ]);
  const ports = { PORT, USER_PORT, PRODUCT_PORT, ORDER_PORT };
  const settings = {
    dataDir,
    ports,
    mysqlUrl: undefined,
    redisUrl: undefined,
    redisPrefix: 'firstcome:',
    host: undefined,
    urls: { user: undefined, product: undefined, order: undefined, jwks: undefined },
  };
  Object.assign(process.env, ADMINISTRATOR);
  const { subgraphs, router } = describeServices(settings, await openStores(settings, teardown));
  await startServices(subgraphs, teardown);
  return { dataDir, routerEnvironment: router.env };
}

/** @returns the id of a product of which there are so many */
export async function openSale(graphqlUrl: string, units: number): Promise<string> {
  const shop = new ShopClient(graphqlUrl);
  await shop.signIn(ADMINISTRATOR.ADMIN_EMAIL, ADMINISTRATOR.ADMIN_PASSWORD);
  const at = (inSeconds: number) => new Date(Date.now() + inSeconds * 1_000).toISOString();
  const product = {
    name: 'Measured',
    type: 'FLASH_SALE',
    price: { amount: 12_000 },
    opensAt: at(-60),
    closesAt: at(36_000),
  };
  const { createProduct } = await shop.execute<{ createProduct: { product: { id: string } } }>(
    'mutation ($input: CreateProductInput!) { createProduct(input: $input) { ... on ProductSaved { product { id } } } }',
    { input: product },
  );
  const { id } = createProduct.product;
  await shop.execute('mutation ($input: RestockInput!) { restock(input: $input) { __typename } }', {
    input: { productId: id, change: units, idempotencyKey: randomUUID() },
  });
  return id;
}
