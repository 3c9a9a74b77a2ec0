import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { Service } from '../harness/service.ts';
import { useStores } from '../harness/stores.ts';

const stores = useStores();
const program = fileURLToPath(new URL('../../dist/scripts/make-secrets.js', import.meta.url));

/** Where there is no `.env` unless a test writes one. */
function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'firstcome-secrets-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

const makeSecrets = (cwd: string, ...args: string[]) =>
  execFileSync(process.execPath, [program, ...args], {
    cwd,
    env: { PATH: process.env['PATH'] },
    encoding: 'utf8',
    stdio: 'pipe',
  });

it('production starts with what `npm run secrets` prints, and not without', async () => {
  const folder = temporaryFolder();
  const environment = {
    NODE_ENV: 'production',
    DATA_DIR: folder,
    MYSQL_URL: stores.mysqlUrl,
    REDIS_URL: stores.redisUrl,
    REDIS_PREFIX: stores.redisPrefix,
    USER_PORT: '0',
  };
  await expect(Service.start('user', environment)).rejects.toThrow(/must be set in production/);

  const secrets = parseEnv(makeSecrets(folder));
  const user = await Service.start('user', { ...environment, ...secrets });
  onTestFinished(() => user.stop());
  const { keys } = (await (await fetch(`${user.url}/.well-known/jwks.json`)).json()) as { keys: object[] };
  expect(keys).toHaveLength(1);
  expect(keys[0]).not.toHaveProperty('d');
});

it('they are others every time', () => {
  const folder = temporaryFolder();
  expect(makeSecrets(folder)).not.toBe(makeSecrets(folder));
  expect(makeSecrets(folder, '--help')).toContain('npm run secrets');
});

it('what .env has is not printed again, so that nothing takes the place of what encrypted the accounts', () => {
  const folder = temporaryFolder();
  const all = makeSecrets(folder);
  writeFileSync(join(folder, '.env'), all);
  expect(makeSecrets(folder)).toBe('');

  const older = all.split('\n').filter((line) => !line.startsWith('USER_MYSQL_PASSWORD'));
  writeFileSync(join(folder, '.env'), older.join('\n'));
  expect(Object.keys(parseEnv(makeSecrets(folder)))).toEqual(['USER_MYSQL_PASSWORD']);
});
