import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { useStack } from '../harness/stack.ts';
import { useStores } from '../harness/stores.ts';
import { TokenMint } from '../harness/tokens.ts';

const stores = useStores();
const stack = useStack(stores);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firstcome-perf-'));
  const made = await Promise.all([
    run('tokens.js', ['--users', '40']),
    run('accounts.js', ['--users', '8'], { DATA_DIR: dirname(stack.mailFolder) }),
  ]);
  expect(made.map(({ output }) => output)).toEqual([
    expect.stringContaining('40 tokens are in'),
    expect.stringContaining('8 accounts are in'),
  ]);
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** One of scripts/perf/, against the stack unless the environment overrides it. */
function run(script: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const child = spawn(process.execPath, [join('dist/scripts/perf', script), ...args], {
    env: {
      PATH: process.env['PATH'],
      BASE_URL: stack.routers[0]!.url,
      SIGNING_KEYS: stack.mint.signingKeys,
      TOKENS: join(folder, 'tokens.json'),
      ACCOUNTS: join(folder, 'accounts.json'),
      // A busy machine is no reason to fail here: what counts is whether the result is exact.
      P99_MS: '30000',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  child.stderr.on('data', (data: Buffer) => (output += data.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}

const small = { USERS: '40', UNITS: '15' };

describe.concurrent('a load test against a shop that keeps its promises', () => {
  it('stock-read passes', async () => {
    const { code, output } = await run('run.js', ['stock-read'], { RATE: '20', DURATION: '2s' });
    expect(output).toMatch(/stock +40 /);
    expect(code).toBe(0);
  });

  it('purchase-rush sells exactly what there is', async () => {
    const { code, output } = await run('run.js', ['purchase-rush'], small);
    expect(output).toMatch(/confirmed +15 [^]*sold out +25 [^]*15 orders read back\n +ledger +exact/);
    expect(code).toBe(0);
  });

  it('purchase-rush sells a part of the units when there are more than buyers', async () => {
    const { code, output } = await run('run.js', ['purchase-rush'], { USERS: '40', UNITS: '50' });
    expect(output).toMatch(/confirmed +40 [^]*50 total, 40 sold, 0 reserved, 10 remaining/);
    expect(code).toBe(0);
  });

  it('browse-mix purchases beside reads', async () => {
    const { code, output } = await run('run.js', ['browse-mix'], {
      RATE: '100',
      DURATION: '2s',
      USERS: '2',
    });
    expect(output).toMatch(/confirmed +2\n[^]*ledger +exact/);
    expect(code).toBe(0);
  });

  it('purchase-to-payment leaves every order paid', async () => {
    const { code, output } = await run('run.js', ['purchase-to-payment'], {
      RATE: '4',
      DURATION: '2s',
      THINK: '0s',
    });
    expect(output).toMatch(/the whole flow +8 [^]*8 orders read back\n +ledger +exact/);
    expect(code).toBe(0);
  });
});

describe('purchase-rush through a proxy that falsifies one response', () => {
  const servers: Server[] = [];
  afterEach(() => servers.splice(0).forEach((server) => server.close()));

  type Data = Record<string, { __typename?: string; order?: { id: string }; sold?: number } | null>;
  type Falsify = (data: Data) => Data;

  /** Forwards everything, with each response changed by `falsify`. @returns its URL */
  async function falsifyingProxy(falsify: Falsify): Promise<string> {
    const server = createServer((request, response) => {
      void (async () => {
        const body: Buffer[] = [];
        for await (const chunk of request) body.push(chunk as Buffer);
        const { authorization } = request.headers;
        const answer = await fetch(`${stack.routers[0]!.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...(authorization ? { authorization } : {}) },
          body: Buffer.concat(body),
        });
        const reply = (await answer.json()) as { data: Data | null };
        response.statusCode = answer.status;
        response.end(JSON.stringify({ ...reply, data: reply.data && falsify(reply.data) }));
      })();
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** Changes the first answer that it fits. */
  const once = (change: (data: Data) => Data | null): Falsify => {
    let hasChanged = false;
    return (data) => {
      const changed = hasChanged ? null : change(data);
      hasChanged ||= changed !== null;
      return changed ?? data;
    };
  };

  const confirmed = (id: string): Data => ({
    purchase: { __typename: 'PurchaseConfirmed', order: { id } },
  });
  const refused: Data = { purchase: { __typename: 'SoldOut' } };
  const isConfirmed = ({ purchase }: Data) => purchase?.__typename === 'PurchaseConfirmed';
  const isRefused = ({ purchase }: Data) => purchase?.__typename === 'SoldOut';

  it.each<[string, string, () => Falsify]>([
    [
      'a buyer is confirmed an order that there is not',
      'books_orders_left: count==0',
      () => once((data) => (isRefused(data) ? confirmed('0190d3a4-0000-8000-8000-0000000000ff') : null)),
    ],
    [
      'a buyer is refused whose order there is',
      'books_orders_left: count==0',
      () => once((data) => (isConfirmed(data) ? refused : null)),
    ],
    [
      "a buyer is confirmed another's order",
      'books_ids_left: count==0',
      () => {
        let first: string | undefined;
        return once((data) => {
          if (!isConfirmed(data)) return null;
          if (first) return confirmed(first);
          first = data['purchase']?.order?.id;
          return null;
        });
      },
    ],
    [
      'an order is gone afterwards',
      'is not there for its buyer',
      () => once((data) => ('order' in data ? { order: null } : null)),
    ],
    [
      'more is sold than there was',
      '16 of 15 units are sold',
      () => (data) =>
        'stock' in data && data['stock']?.sold === 15 ? { stock: { ...data['stock'], sold: 16 } } : data,
    ],
  ])('fails when %s', async (_, complaint, falsify) => {
    const { code, output } = await run('run.js', ['purchase-rush'], {
      ...small,
      BASE_URL: await falsifyingProxy(falsify()),
    });
    expect(output).toContain(complaint);
    expect(output).toContain('NOT EXACT');
    expect(code).toBe(99);
  });
});

describe('a load test that cannot be made', () => {
  it('reports in one sentence that no router responds', async () => {
    const { code, output } = await run('run.js', ['stock-read'], { BASE_URL: 'http://127.0.0.1:9' });
    expect(output).toBe(
      'No shop answers at http://127.0.0.1:9 (no answer). Start one with `npm start`, or set BASE_URL to another.\n',
    );
    expect(code).toBe(107);
  });

  it('reports that there are too few tokens', async () => {
    const { code, output } = await run('run.js', ['purchase-rush'], { USERS: '41' });
    expect(output).toContain('There are 40 tokens and 41 are needed');
    expect(code).toBe(107);
  });

  it('reports that the tokens are of another installation', async () => {
    const other = { TOKENS: join(folder, 'others.json') };
    await run('tokens.js', ['--users', '40'], { ...other, SIGNING_KEYS: new TokenMint().signingKeys });
    const { code, output } = await run('run.js', ['purchase-rush'], { ...small, ...other });
    expect(output).toContain('The tokens were answered with UNAUTHENTICATED');
    expect(code).toBe(107);
  });
});

describe('purchase-rush without the stock guard', () => {
  /** The CHECK in MySQL. */
  async function dropLastGuard(): Promise<void> {
    const url = new URL(stores.mysqlUrl);
    url.pathname += '_order';
    const connection = await createConnection(url.href);
    await connection.query('ALTER TABLE stock DROP CONSTRAINT stock_never_oversold');
    await connection.end();
  }

  it('fails, and names what was oversold; with the guard it passes', async () => {
    const order = await stack.startService('order', { FAULT_POINT: 'stock-guard:OFF' });
    const router = await stack.startService('router', { ORDER_URL: `${order.url}/graphql` });
    onTestFinished(async () => {
      await router.stop();
      await order.stop();
    });
    expect(order.log).toContain('"faultPoint":"stock-guard:OFF"');
    await dropLastGuard();

    const unguarded = await run('run.js', ['purchase-rush'], { ...small, BASE_URL: router.url });
    expect(unguarded.output).toContain('NOT EXACT: 40 of 15 units are sold');
    expect(unguarded.output).toMatch(/missed\n[^]* stock_sold: value<=15\n/);
    expect(unguarded.code).toBe(99);

    const guarded = await run('run.js', ['purchase-rush'], small);
    expect(guarded.output).toMatch(/ledger +exact/);
    expect(guarded.code).toBe(0);
  });

  it('is refused in production', async () => {
    await expect(
      stack.startService('order', { FAULT_POINT: 'stock-guard:OFF', NODE_ENV: 'production' }),
    ).rejects.toThrow('FAULT_POINT must not be set in production.');
  });
});
