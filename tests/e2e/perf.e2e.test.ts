import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import { once, startFalsifyingProxy, type Falsify, type GraphqlAnswer } from '../harness/falsifying-proxy.ts';
import { startLeakingProxy } from '../harness/leaking-proxy.ts';
import { beginPerfScript } from '../harness/perf-script.ts';
import { useStack } from '../harness/stack.ts';
import { useStores } from '../harness/stores.ts';
import { TokenMint } from '../harness/tokens.ts';
import { waitUntil } from '../harness/wait-until.ts';

const stores = useStores();
// Load tests are made without rate limits.
const stack = useStack(stores, { environment: { METRICS: 'on', METRICS_PORT: '0', RATE_LIMITS: 'off' } });
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

/** Against the stack unless the environment overrides it. */
const begin = (script: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}) =>
  beginPerfScript(script, args, {
    BASE_URL: stack.routers[0]!.url,
    SIGNING_KEYS: stack.mint.signingKeys,
    TOKENS: join(folder, 'tokens.json'),
    ACCOUNTS: join(folder, 'accounts.json'),
    // A busy machine is no reason to fail here: what counts is whether the result is exact.
    P99_MS: '30000',
    ...environment,
  });
const run = (...given: Parameters<typeof begin>) => begin(...given).ended;

const small = { USERS: '40', UNITS: '15' };
const storm = { RATE: '50', DURATION: '2s', BURST: '16', BURST_EVERY: '1s', USERS: '40' };
const abuse = { RATE: '10', ABUSE_RATE: '40', DURATION: '2s', USERS: '40' };
const soak = {
  RATE: '20',
  DURATION: '5s',
  WARM_UP: '1s',
  USERS: '40',
  // Processes that have just been started still grow.
  MEMORY_GROWTH_MIB: '400',
  DESCRIPTOR_GROWTH: '200',
};

const PRODUCTS = 'query { products(first: 50) { nodes { status stock { sold } } } }';
type Products = { products: { nodes: { status: string; stock: { sold: number } | null }[] } };

/** Of all products that are on sale: nothing, after a load test. */
async function soldUnits(): Promise<number> {
  const { data } = await stack.execute(PRODUCTS);
  const open = (data as Products).products.nodes.filter(({ status }) => status === 'OPEN');
  return open.reduce((sum, { stock }) => sum + (stock?.sold ?? 0), 0);
}

/** As METRICS_URLS has them. */
function metricsUrls(): string {
  const [, url] = /"url":"([^"]+)","msg":"metrics are served"/.exec(stack.routers[0]!.log)!;
  const subgraphs = [stack.user[0]!, stack.product[0]!, stack.order[0]!];
  return [`router=${url}`, ...subgraphs.map((service) => `${service.name}=${service.url}/metrics`)].join();
}

/** @returns its URL */
async function falsifyingProxy({ onTestFinished }: TestContext, falsify: Falsify): Promise<string> {
  const proxy = await startFalsifyingProxy(stack.routers[0]!.url, falsify);
  onTestFinished(() => proxy.close());
  return proxy.url;
}

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

  it('retry-storm repeats purchases, steadily and in bursts', async () => {
    const { code, output } = await run('run.js', ['retry-storm'], storm);
    expect(output).toMatch(
      /confirmed +60\n +sold out +\d+\n +replays under way +\d+\n +replays afterwards +\d+\n[^]*ledger +exact/,
    );
    expect(code).toBe(0);
  });

  it('abuse is refused, each kind as it should be, while buyers purchase', async () => {
    const { code, output } = await run('run.js', ['abuse'], abuse);
    expect(output).toMatch(/confirmed +20\n[^]*a deep bomb +\d[^]*ledger +exact/);
    expect(code).toBe(0);
  });

  it('soak measures memory and descriptors of each process', async () => {
    const { code, output } = await run('run.js', ['soak'], { ...soak, METRICS_URLS: metricsUrls() });
    for (const name of ['router', 'user', 'product', 'order'])
      expect(output).toMatch(
        new RegExp(`${name}: MiB +\\d+\n +${name}: growth, MiB [^]* ${name}: descriptors +\\d+`),
      );
    expect(output).toMatch(/20 sold, [^]*20 orders read back\n +ledger +exact/);
    expect(code).toBe(0);
  });
});

describe.concurrent('purchase-rush through a proxy that falsifies one response', () => {
  const confirmed = (id: string): GraphqlAnswer => ({
    status: 200,
    data: { purchase: { __typename: 'PurchaseConfirmed', order: { id } } },
  });
  const refused: GraphqlAnswer = { status: 200, data: { purchase: { __typename: 'SoldOut' } } };
  const isConfirmed = ({ data }: GraphqlAnswer) => data?.['purchase']?.__typename === 'PurchaseConfirmed';
  const isRefused = ({ data }: GraphqlAnswer) => data?.['purchase']?.__typename === 'SoldOut';

  it.for<[string, string, () => Falsify]>([
    [
      'a buyer is confirmed an order that there is not',
      'books_orders_left: count==0',
      () => once((answer) => (isRefused(answer) ? confirmed('0190d3a4-0000-8000-8000-0000000000ff') : null)),
    ],
    [
      'a buyer is refused whose order there is',
      'books_orders_left: count==0',
      () => once((answer) => (isConfirmed(answer) ? refused : null)),
    ],
    [
      "a buyer is confirmed another's order",
      'books_ids_left: count==0',
      () => {
        let first: string | undefined;
        return once((answer) => {
          if (!isConfirmed(answer)) return null;
          if (first) return confirmed(first);
          first = answer.data?.['purchase']?.order?.id;
          return null;
        });
      },
    ],
    [
      'an order is gone afterwards',
      'is not there for its buyer',
      () => once(({ status, data }) => (data && 'order' in data ? { status, data: { order: null } } : null)),
    ],
    [
      'more is sold than there was',
      '16 of 15 units are sold',
      () => (answer) => {
        const stock = answer.data?.['stock'];
        return stock?.sold === 15 ? { ...answer, data: { stock: { ...stock, sold: 16 } } } : answer;
      },
    ],
  ])('fails when %s', async ([, complaint, falsify], test) => {
    const { code, output } = await run('run.js', ['purchase-rush'], {
      ...small,
      BASE_URL: await falsifyingProxy(test, falsify()),
    });
    expect(output).toContain(complaint);
    expect(output).toContain('NOT EXACT');
    expect(code).toBe(99);
  });
});

describe.concurrent('retry-storm fails when a replay', () => {
  /** The second answer to a purchase of the same buyer: its order is one that an earlier answer had. */
  const onReplay = (change: (answer: GraphqlAnswer) => GraphqlAnswer): (() => Falsify) => {
    return () => {
      const orders = new Set<string>();
      return once((answer) => {
        const id = answer.data?.['purchase']?.order?.id;
        if (id === undefined) return null;
        if (orders.has(id)) return change(answer);
        orders.add(id);
        return null;
      });
    };
  };

  it.for<[string, () => Falsify]>([
    [
      'gets another order',
      onReplay(({ status, data }) => {
        const order = { id: '0190d3a4-0000-8000-8000-0000000000ff' };
        return { status, data: { purchase: { ...data?.['purchase'], order } } };
      }),
    ],
    ['is refused', onReplay(({ status }) => ({ status, data: { purchase: { __typename: 'SoldOut' } } }))],
  ])('%s', async ([, falsify], test) => {
    const { code, output } = await run('run.js', ['retry-storm'], {
      ...storm,
      BASE_URL: await falsifyingProxy(test, falsify()),
    });
    expect(output).toMatch(/a replay (under way|afterwards): /);
    expect(output).toMatch(/missed\n[^]* wrong_replays: count==0\n/);
    expect(code).toBe(99);
  });
});

describe.concurrent('abuse fails when a bad request', () => {
  const codeOf = ({ errors }: GraphqlAnswer) => errors?.[0]?.extensions?.code;
  const isTooComplex = (answer: GraphqlAnswer) => codeOf(answer) === 'OPERATION_TOO_COMPLEX';

  it.for<[string, string, Falsify]>([
    [
      'is executed',
      'wrong_answers: count==0',
      once((answer) => (isTooComplex(answer) ? { status: 200, data: {} } : null)),
    ],
    [
      'is a fault of the server',
      'server_faults: count==0',
      once((answer) => (isTooComplex(answer) ? { ...answer, status: 500 } : null)),
    ],
  ])('%s', async ([, missed, falsify], test) => {
    const { code, output } = await run('run.js', ['abuse'], {
      ...abuse,
      BASE_URL: await falsifyingProxy(test, falsify),
    });
    expect(output).toContain(missed);
    expect(code).toBe(99);
  });
});

describe.concurrent('soak fails when a process', () => {
  it.for<[string, 'memory' | 'descriptors', string]>([
    ['keeps memory', 'memory', 'memory_growth_mib{process:proxy}: value<=60'],
    ['keeps files open', 'descriptors', 'descriptor_growth{process:proxy}: value<=60'],
  ])('%s', async ([, leak, missed], test) => {
    const proxy = await startLeakingProxy(stack.routers[0]!.url, leak);
    test.onTestFinished(() => proxy.close());
    const { code, output } = await run('run.js', ['soak'], {
      ...soak,
      MEMORY_GROWTH_MIB: '60',
      DESCRIPTOR_GROWTH: '60',
      BASE_URL: proxy.url,
      METRICS_URLS: `proxy=${proxy.url}/metrics`,
    });
    expect(output).toContain(missed);
    expect(output).toMatch(/ledger +exact/);
    expect(code).toBe(99);
  });
});

describe.concurrent('a load test that cannot be made', () => {
  it('reports in one sentence that no router responds', async () => {
    const { code, output } = await run('run.js', ['stock-read'], { BASE_URL: 'http://127.0.0.1:9' });
    expect(output).toBe(
      'No shop answers at http://127.0.0.1:9 (no answer). Start one with `npm start`, or set BASE_URL to another.\n',
    );
    expect(code).toBe(107);
  });

  it('soak reports that a process does not serve its metrics', async () => {
    const { code, output } = await run('run.js', ['soak'], {
      ...soak,
      METRICS_URLS: `router=${stack.routers[0]!.url}/metrics`,
    });
    expect(output).toContain('There is no process_resident_memory_bytes of router at');
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

describe('the runner', () => {
  it.each(['1', '3'])('gives %s workers their shares, and one ledger', async (workers) => {
    const { code, output } = await run('run.js', ['purchase-rush', '--workers', workers], small);
    expect(output).toMatch(/confirmed +15 [^]*sold out +25 [^]*15 orders read back\n +ledger +exact/);
    expect(code).toBe(0);
  });

  it('stops all workers by Ctrl-C, reads back what was done, and prints the summary', async () => {
    const long = { RATE: '200', DURATION: '10m', USERS: '40', UNITS: '100' };
    const { process: child, ended } = begin('run.js', ['browse-mix'], long);
    await waitUntil('the first purchase', soldUnits, (units) => units > 0, 60_000);
    child.kill('SIGINT');
    const { code, output } = await ended;
    expect(output).toMatch(/browse-mix: [^]*confirmed +\d+\n[^]*orders read back\n +ledger +exact/);
    expect(code).toBe(105);
    await waitUntil('the product is withdrawn', soldUnits, (units) => units === 0);
  });

  it('refuses a number of workers that is none', async () => {
    const { code, output } = await run('run.js', ['stock-read', '--workers', '0']);
    expect(output).toContain('--workers takes a whole number, not "0".');
    expect(code).toBe(64);
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
