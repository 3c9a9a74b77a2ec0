import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ConfigurationError } from '../../platform/config/environment.ts';
import { checkSettings } from './check-settings.ts';
import { describeServices } from './services.ts';
import { plannedStores } from './stores.ts';

function servicesWith(environment: Record<string, string>) {
  const dataDir = mkdtempSync(join(tmpdir(), 'firstcome-settings-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  const { subgraphs, router } = describeServices(
    {
      dataDir,
      host: undefined,
      ports: { PORT: 4000, USER_PORT: 4001, PRODUCT_PORT: 4002, ORDER_PORT: 4003 },
      urls: { user: undefined, product: undefined, order: undefined, jwks: undefined },
      instances: 1,
      moreOrderPorts: [],
    },
    plannedStores({}),
  );
  return [...subgraphs, router].map(({ kind, env }) => ({ kind, env: { ...env, ...environment } }));
}

it('finds nothing wrong where nothing is set', async () => {
  await expect(checkSettings(servicesWith({}))).resolves.toBeUndefined();
});

it('says of all services at once what is not acceptable, each sentence once', async () => {
  const failure: unknown = await checkSettings(
    servicesWith({
      CORS_ORIGINS: 'localhost:5173',
      MAX_BATCH: 'many',
      PASSWORD_QUEUE: 'long',
      STORES_WAIT: 'a while',
    }),
  ).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ConfigurationError);
  const sentences = (failure as ConfigurationError).message.split('\n');
  expect(sentences.map((sentence) => sentence.split(' ')[0]).sort()).toEqual([
    'CORS_ORIGINS',
    'MAX_BATCH',
    'PASSWORD_QUEUE',
    'STORES_WAIT',
  ]);
});
