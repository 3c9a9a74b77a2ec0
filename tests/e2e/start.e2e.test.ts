import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { firstPurchase } from '../../scripts/start/first-purchase.ts';
import { freePort } from '../../scripts/stores/free-port.ts';
import { Start } from '../harness/start.ts';
import { waitUntil } from '../harness/wait-until.ts';

const root = new URL('../../', import.meta.url);
const readme = readFileSync(new URL('README.md', root), 'utf8');
const dataDir = mkdtempSync(join(tmpdir(), 'firstcome-start-'));
let environment: NodeJS.ProcessEnv;
let port: number;
let start: Start;

beforeAll(async () => {
  const [PORT, USER_PORT, PRODUCT_PORT, ORDER_PORT] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
    freePort(),
  ]);
  port = PORT;
  environment = {
    DATA_DIR: dataDir,
    ...Object.fromEntries(
      Object.entries({ PORT, USER_PORT, PRODUCT_PORT, ORDER_PORT }).map(([name, value]) => [
        name,
        String(value),
      ]),
    ),
  };
  start = new Start(environment);
  let isOver = false;
  void start.ended.then(() => (isOver = true));
  await waitUntil(
    'the last line of the screen',
    () => start.screen.includes('Ctrl-C stops everything.') || isOver,
    Boolean,
    150_000,
  );
}, 160_000);
afterAll(async () => {
  await start.stop();
  rmSync(dataDir, { recursive: true });
}, 60_000);

/** As a shell runs what is pasted. */
function paste(text: string): unknown {
  const { stdout, stderr } = spawnSync('sh', ['-c', text.replaceAll('localhost:4000', `localhost:${port}`)], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

/** The first block of a section that begins like this. */
const blockOf = (section: string, begins: string): string =>
  readme
    .slice(readme.indexOf(`## ${section}\n`))
    .split('```sh\n')
    .slice(1)
    .map((block) => block.split('```')[0]!)
    .find((block) => block.startsWith(begins))!;

const run = (program: string, ...args: readonly string[]) =>
  spawnSync(process.execPath, [`dist/scripts/${program}.js`, ...args], {
    cwd: root,
    env: { PATH: process.env['PATH'], ...environment },
    encoding: 'utf8',
  });

describe('npm start', () => {
  it('is ready, and prints its URLs', () => {
    expect(start.screen).toContain('firstcome is ready.');
    expect(start.screen).toContain(`Playground   http://localhost:${port}/\n`);
    expect(start.screen).toContain(firstPurchase(`localhost:${port}`));
  });

  it.each(['127.0.0.1', '[::1]', 'localhost'])('listens at %s', async (host) => {
    expect((await fetch(`http://${host}:${port}/health/ready`)).status).toBe(200);
  });

  it('prints the first purchase of README.md, which may be pasted again and again', () => {
    const text = blockOf('A first purchase', 'TOKEN=');
    expect(text).toBe(firstPurchase('localhost:4000'));
    const last = text.slice(text.lastIndexOf('\ncurl'));
    const bought = (replayed: boolean, answer: unknown = expect.anything()) =>
      expect(answer).toMatchObject({
        data: {
          purchase: { __typename: 'PurchaseConfirmed', replayed, order: { status: 'PENDING_PAYMENT' } },
        },
      });
    for (const key of ['first-purchase-1-0001', 'first-purchase-2-0001', 'first-purchase-3-0001']) {
      const pasted = text.replace(/KEY=.*/, `KEY=${key}`);
      expect(pasted).not.toBe(text);
      bought(false, paste(pasted));
      bought(true, paste(pasted.slice(0, pasted.lastIndexOf('\ncurl')) + last));
    }
  });

  it("runs the seller's commands of README.md, by curl and by npm run sale", () => {
    const text = blockOf('Put something on sale', 'ADMIN=');
    for (let time = 0; time < 2; time++)
      expect(paste(text)).toMatchObject({
        data: { restock: { __typename: 'Restocked', stock: { remaining: 50 } } },
      });
    const [, args] = /npm run sale -- (.*?) +#/.exec(blockOf('Put something on sale', 'npm run sale'))!;
    const { status, stdout, stderr } = run(
      'sale',
      ...args!.match(/'[^']*'|\S+/g)!.map((arg) => arg.replaceAll("'", '')),
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Celadon cup: 50 units at 30000 KRW, 2 for each buyer\n/);
    expect(stdout).toMatch(new RegExp(`page +http://localhost:${port}/sale/`));
  });

  it('npm run sale prints the price in the decimals of its currency, and the time zone of a time without one', () => {
    const args = ['--name', 'Cup', '--units', '1', '--price', '1000', '--currency', 'USD'];
    const { stdout } = run('sale', ...args, '--opens', '2030-01-31 10:00', '--closes', '1d');
    expect(stdout).toMatch(/^Cup: 1 units at 10\.00 USD\n/);
    expect(stdout).toMatch(
      /\nfrom +2030-01-3.T.*Z \(2030-01-31 10:00 in .+, the time zone of this machine\)\n/,
    );
    expect(stdout).toMatch(/\nto +2030-02-0.T.*Z\n/);
  });

  it.each([
    [['--name', 'Cup'], 64, '--units is needed'],
    [['--units', '5'], 64, '--name is needed'],
    [
      ['--name', 'Cup', '--units', 'five'],
      64,
      '--units is not acceptable: expected a whole number from 1 to 2147483647.',
    ],
    [
      ['--name', 'Cup', '--units', '99999999999'],
      64,
      '--units is not acceptable: expected a whole number from 1 to 2147483647.',
    ],
    [['--name', 'Cup', '--units', '5', '--opens', 'soon'], 64, '--opens is not acceptable: expected now, '],
    [['--name', 'Cup', '--units', '5', '--colour', 'green'], 64, "Unknown option '--colour'."],
    [
      ['--name', 'Cup', '--units', '5', '--closes', '2020-01-01T00:00Z'],
      1,
      'closesAt: Must be after opensAt.',
    ],
    [['--name', 'Cup', '--units', '5', '--currency', 'cups'], 1, 'price.currency: Must be a currency'],
    [
      ['--name', 'Cup', '--units', '5', '--url', 'http://127.0.0.1:9'],
      1,
      'No shop answers at http://127.0.0.1:9/graphql',
    ],
  ])('npm run sale -- %j ends with %d and a sentence', (args, code, sentence) => {
    const { status, stdout, stderr } = run('sale', ...args);
    expect(stderr).toContain(sentence);
    expect([status, stdout]).toEqual([code, '']);
  });

  it('npm run admin gives and takes the role, and sessions of before end with it', async () => {
    const execute = async (query: string, token = '') => {
      const answer = await fetch(`http://localhost:${port}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token ? { authorization: `Bearer ${token}` } : {}),
        },
        body: JSON.stringify({ query }),
      });
      return {
        status: answer.status,
        ...((await answer.json()) as { data?: Record<string, Record<string, string>> }),
      };
    };
    const signIn = async () =>
      (
        await execute(
          'mutation { signIn(input: {email: "buyer@firstcome.example", password: "firstcome-buyer"}) { ... on Session { accessToken } } }',
        )
      ).data!['signIn']!['accessToken']!;
    const create = (token: string) =>
      execute(
        'mutation { createProduct(input: {name: "Bowl", type: GENERAL, price: {amount: 1}}) { __typename } }',
        token,
      );
    expect((await create(await signIn())).status).toBe(403);
    expect(run('admin', 'grant', ' Buyer@firstcome.example')).toMatchObject({ status: 0, stderr: '' });
    expect(run('admin', 'list').stdout).toContain('buyer@firstcome.example');
    const token = await signIn();
    expect((await create(token)).data).toEqual({ createProduct: { __typename: 'ProductSaved' } });
    expect(run('admin', 'revoke', 'buyer@firstcome.example').status).toBe(0);
    await waitUntil('the end of the session', async () => (await create(token)).status === 401);
    expect(run('admin', 'list').stdout).not.toContain('buyer@firstcome.example');
    expect(run('admin', 'grant', 'unknown@firstcome.example').stderr).toContain('No account has the address');
  });

  it('prints with --urls, in another shell, how to reach its private stores, and ends', async () => {
    const urls = new Start(environment, '--urls');
    onTestFinished(async () => void (await urls.stop()));
    expect(await urls.ended).toBe(0);
    await waitUntil('its output', () => urls.screen.includes('Redis'));
    expect(urls.screen).toMatch(/MySQL +mysql:\/\/firstcome:\S+@127\.0\.0\.1:\d+\n/);
    expect(urls.screen).toMatch(/Redis +redis:\/\/:\S+@127\.0\.0\.1:\d+\n/);
  });

  it('names all ports that are taken, in another data folder', () => {
    const { status, stderr } = spawnSync(process.execPath, ['dist/scripts/start.js'], {
      cwd: root,
      env: { PATH: process.env['PATH'], ...environment, DATA_DIR: join(dataDir, 'other') },
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    for (const name of ['PORT', 'USER_PORT', 'PRODUCT_PORT', 'ORDER_PORT'])
      expect(stderr).toMatch(
        new RegExp(`Port \\d+ is in use: stop what listens there, or set ${name} to another port`),
      );
  });

  it('reports the invalid settings of all services, before it opens stores', async () => {
    const ports = { PORT: '', USER_PORT: '', PRODUCT_PORT: '', ORDER_PORT: '' };
    for (const name of Object.keys(ports)) Object.assign(ports, { [name]: String(await freePort()) });
    const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/scripts/start.js'], {
      cwd: root,
      env: {
        PATH: process.env['PATH'],
        ...ports,
        DATA_DIR: join(dataDir, 'settings'),
        CORS_ORIGINS: 'localhost:5173',
        MAX_BATCH: 'many',
      },
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^MAX_BATCH is not acceptable: /m);
    expect(stderr).toMatch(/^CORS_ORIGINS is not acceptable: /m);
    expect(stdout).not.toContain('is ready on port');
  });
});
