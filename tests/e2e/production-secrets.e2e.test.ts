import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
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
  expect(makeSecrets(folder, '--help')).toContain('npm run --silent secrets');
});

describe('where .env has secrets already', () => {
  /** As the shell does it: standard output is appended to a file. */
  const append = (folder: string, file: string, args: readonly string[], environment = {}) => {
    const path = join(folder, file);
    const output = openSync(path, 'a');
    try {
      return spawnSync(process.execPath, [program, ...args], {
        cwd: folder,
        env: { PATH: process.env['PATH'], ...environment },
        encoding: 'utf8',
        stdio: ['ignore', output, 'pipe'],
      });
    } finally {
      closeSync(output);
    }
  };
  const text = (folder: string, file: string) => readFileSync(join(folder, file), 'utf8');

  it.each(['.env', 'production.env'])(
    'nothing is printed a second time, so that nothing takes the place of what encrypted the accounts in %s',
    (file) => {
      const folder = temporaryFolder();
      expect(append(folder, file, []).status).toBe(0);
      const first = text(folder, file);
      const { status, stderr } = append(folder, file, []);
      expect(status).toBe(1);
      expect(stderr).toMatch(/^Nothing was printed.*ENCRYPTION_KEYS.* are set already/);
      expect(text(folder, file)).toBe(first);
    },
  );

  it.each(['USER_IDENTITY_SECRET', 'SIGNING_KEYS', 'ENCRYPTION_KEYS', 'LOOKUP_KEY', 'ORDER_REDIS_PASSWORD'])(
    '%s alone is enough, in the file or the environment',
    (name) => {
      const folder = temporaryFolder();
      const refusal = expect.stringContaining(`${name} is set already`) as string;
      expect(append(folder, '.env', [], { [name]: 'given' })).toMatchObject({ status: 1, stderr: refusal });
      writeFileSync(join(folder, '.env'), `${name}=given`);
      expect(append(folder, '.env', [])).toMatchObject({ status: 1, stderr: refusal });
      expect(text(folder, '.env')).toBe(`${name}=given`);
    },
  );

  it.each([
    ['--missing', '.env'],
    ['--missing', 'production.env'],
  ])('%s adds to %s what a newer release needs besides, and nothing else', (option, file) => {
    const folder = temporaryFolder();
    append(folder, file, []);
    const all = text(folder, file);
    append(folder, file, [option]);
    expect(text(folder, file)).toBe(all);

    const older = all.split('\n').filter((line) => !line.startsWith('USER_MYSQL_PASSWORD'));
    writeFileSync(join(folder, file), older.join('\n'));
    expect(append(folder, file, [option]).status).toBe(0);
    expect(Object.keys(parseEnv(text(folder, file).slice(older.join('\n').length)))).toEqual([
      'USER_MYSQL_PASSWORD',
    ]);
  });
});
