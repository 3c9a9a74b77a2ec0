import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { Service } from '../harness/service.ts';
import { useStores } from '../harness/stores.ts';

const stores = useStores();
const root = new URL('../../', import.meta.url);

const makeSecrets = (...args: string[]) =>
  execFileSync(process.execPath, ['dist/scripts/make-secrets.js', ...args], { cwd: root, encoding: 'utf8' });

it('production starts with what `npm run secrets` prints, and not without', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'firstcome-secrets-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const environment = {
    NODE_ENV: 'production',
    DATA_DIR: folder,
    MYSQL_URL: stores.mysqlUrl,
    REDIS_URL: stores.redisUrl,
    REDIS_PREFIX: stores.redisPrefix,
    USER_PORT: '0',
  };
  await expect(Service.start('user', environment)).rejects.toThrow(/must be set in production/);

  const secrets = parseEnv(makeSecrets());
  const user = await Service.start('user', { ...environment, ...secrets });
  onTestFinished(() => user.stop());
  const { keys } = (await (await fetch(`${user.url}/.well-known/jwks.json`)).json()) as { keys: object[] };
  expect(keys).toHaveLength(1);
  expect(keys[0]).not.toHaveProperty('d');
});

it('they are others every time', () => {
  expect(makeSecrets()).not.toBe(makeSecrets());
  expect(makeSecrets('--help')).toContain('npm run secrets');
});
