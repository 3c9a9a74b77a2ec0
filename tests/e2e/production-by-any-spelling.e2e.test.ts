import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../scripts/stores/free-port.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const PROCESSES = {
  user: 'dist/subgraphs/user/main.js',
  product: 'dist/subgraphs/product/main.js',
  order: 'dist/subgraphs/order/main.js',
  router: 'dist/router/main.js',
  'npm start': 'dist/scripts/start.js',
  'npm run keys:rotate': 'dist/scripts/rotate-keys.js',
} as const;

const NEEDS_SECRETS = /[A-Z_]+ must be set in production/;
const UNKNOWN = 'NODE_ENV is not acceptable: expected development, test or production.';

interface Start {
  readonly environment?: NodeJS.ProcessEnv;
  /** The contents of `.env` in the working directory. */
  readonly file?: string;
}

/** More spellings, without starting anything: `tests/settings.test.ts` and `platform/config/load-environment.test.ts`. */
const STARTS: readonly [what: string, start: Start, ends: RegExp | string][] = [
  ['a space and a carriage return behind it', { environment: { NODE_ENV: 'production \r' } }, NEEDS_SECRETS],
  ['a byte order mark before it in .env', { file: '\uFEFFNODE_ENV=production\r\n' }, NEEDS_SECRETS],
  ['capitals', { environment: { NODE_ENV: 'PRODUCTION' } }, UNKNOWN],
  ['another name', { file: 'NODE_ENV=staging\n' }, UNKNOWN],
];

/** Runs the process in an empty folder, without any secret, until it ends by itself. */
async function outcomeOf(main: string, { environment, file }: Start) {
  const folder = mkdtempSync(join(tmpdir(), 'firstcome-settings-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  if (file !== undefined) writeFileSync(join(folder, '.env'), file);
  // Nothing listens there: a process that goes beyond its settings ends on that.
  const stores = { MYSQL_URL: 'mysql://root@127.0.0.1:9/firstcome', REDIS_URL: 'redis://127.0.0.1:9' };
  const ports = Object.fromEntries(
    await Promise.all(
      ['PORT', 'USER_PORT', 'PRODUCT_PORT', 'ORDER_PORT'].map(
        async (port) => [port, String(await freePort())] as const,
      ),
    ),
  );
  const args = main.endsWith('rotate-keys.js') ? ['signing'] : [];
  const child = spawn(process.execPath, [join(ROOT, main), ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], DATA_DIR: folder, ...stores, ...ports, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 60_000,
  });
  const [output] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  return { output, code: child.exitCode };
}

it.each(STARTS)('production with %s starts no process without secrets', async (_what, start, ends) => {
  const outcomes = Object.entries(PROCESSES).map(async ([name, main]) => {
    const { output, code } = await outcomeOf(main, start);
    expect(code, `${name} printed ${output}`).not.toBe(0);
    if (typeof ends === 'string') expect(output, name).toContain(ends);
    else expect(output, name).toMatch(ends);
  });
  await Promise.all(outcomes);
});
