import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { descendantsOf } from '../../scripts/bench/record/process-tree.ts';
import { freePort, isPortFree } from '../../scripts/stores/free-port.ts';
import { openConnection, statusesIn } from '../harness/raw-connection.ts';
import type { Service } from '../harness/service.ts';
import { countAnswers, openSale, purchaseToTheEnd, readStock, type Answer } from '../harness/shop.ts';
import { useStack, type Reply } from '../harness/stack.ts';
import { Start } from '../harness/start.ts';
import { useStores } from '../harness/stores.ts';
import { TokenMint } from '../harness/tokens.ts';
import { waitUntil } from '../harness/wait-until.ts';

describe.skipIf(process.platform !== 'linux')('npm start with INSTANCES=2', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'firstcome-instances-'));
  const mint = new TokenMint();
  let ports: Awaited<ReturnType<typeof choosePorts>>;
  let start: Start;

  beforeAll(async () => {
    ports = await choosePorts();
    const settings = { SIGNING_KEYS: mint.signingKeys, RESERVATION_TIMEOUT: '5s', METRICS: 'on' };
    start = new Start({ ...settings, ...ports, DATA_DIR: dataDir, INSTANCES: '2' }, '--no-demo');
    let isOver = false;
    void start.ended.then(() => (isOver = true));
    const ready = () => isOver || start.screen.includes('firstcome is ready.');
    await waitUntil('npm start', ready, Boolean, 150_000);
    expect(start.screen).toContain('firstcome is ready.');
  }, 160_000);
  afterAll(async () => {
    await start.stop();
    rmSync(dataDir, { recursive: true });
  }, 60_000);

  const metricsOf = (router: number): Promise<string | undefined> =>
    fetch(`http://127.0.0.1:${Number(ports.METRICS_PORT) + router}/metrics`).then(
      (response) => response.text(),
      () => undefined,
    );

  /** A client whose connection is cut knows nothing of the outcome, as one that gets `UNAVAILABLE`. */
  const execute = async (query: string, variables: object = {}, token?: string): Promise<Reply> => {
    const headers = {
      'content-type': 'application/json',
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    };
    const body = JSON.stringify({ query, variables });
    try {
      const response = await fetch(`http://127.0.0.1:${ports.PORT}/graphql`, {
        method: 'POST',
        headers,
        body,
      });
      return { status: response.status, headers: {}, ...((await response.json()) as Pick<Reply, 'data'>) };
    } catch {
      return {
        status: 0,
        headers: {},
        data: null,
        errors: [{ message: 'cut', extensions: { code: 'UNAVAILABLE', retryAfterMs: 50 } }],
      };
    }
  };

  const pidsOf = (program: RegExp): number[] =>
    descendantsOf(start.pid)
      .filter(({ command }) => program.test(command))
      .map(({ pid }) => pid);
  const ROUTERS = /\brouter\/main\.js/;
  const ORDERS = /\border\/main\.js/;
  const kill = (pid: number) => process.kill(pid, 'SIGKILL');
  const replaced = (program: RegExp, before: readonly number[], killed: number) =>
    waitUntil(
      'a process in the place of the one that was killed',
      () => pidsOf(program),
      (pids) => pids.length === before.length && !pids.includes(killed),
    );

  it('sells through all of them, loses no purchase when one of each is killed, and leaves no process', async () => {
    const [routers, orders] = [pidsOf(ROUTERS), pidsOf(ORDERS)];
    expect([routers.length, orders.length]).toEqual([3, 2]);

    const product = await openSale({ execute, mint }, { units: 100_000 });
    const answers: Answer[] = [];
    let isOver = false;
    const buyers = Array.from({ length: 20 }, async () => {
      while (!isOver) answers.push(await purchaseToTheEnd({ execute }, product, mint.buyer()));
    });
    const more = (count: number) => {
      const enough = answers.length + count;
      return waitUntil(`${count} more answers`, () => answers.length >= enough);
    };
    await more(100);
    for (const router of [0, 1])
      expect(await metricsOf(router)).toMatch(/^firstcome_requests_total\{[^}]*outcome="OK"[^}]*\} [1-9]/m);

    kill(orders[1]!);
    await more(100);
    await replaced(ORDERS, orders, orders[1]!);
    // The primary is the parent of the others.
    kill(routers[1]!);
    await more(100);
    await replaced(ROUTERS, routers, routers[1]!);
    await waitUntil('the metrics of the one in its place', async () => metricsOf(0));
    await more(100);

    isOver = true;
    await Promise.all(buyers);
    expect(countAnswers(answers)).toEqual({ PurchaseConfirmed: answers.length });
    const stock = await waitUntil(
      'every reservation to be settled',
      () => readStock({ execute }, product),
      ({ reserved }) => reserved === 0,
    );
    expect(stock.sold).toBe(answers.length);

    const all = descendantsOf(start.pid).map(({ pid }) => pid);
    expect(await start.stop()).toBe(0);
    await waitUntil(
      'all processes to have ended',
      () => all.filter((pid) => descendantsOf(pid).length > 0),
      (left) => left.length === 0,
    );
  }, 120_000);
});

/** Free ones, and one after that of the metrics. */
async function choosePorts() {
  const [PORT, USER_PORT, PRODUCT_PORT, ORDER_PORT] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ].map(String);
  const others = [PORT, USER_PORT, PRODUCT_PORT, ORDER_PORT];
  for (;;) {
    const port = await freePort();
    if (!others.includes(String(port + 1)) && (await isPortFree(port + 1)))
      return { PORT, USER_PORT, PRODUCT_PORT, ORDER_PORT, METRICS_PORT: String(port) };
  }
}

describe('a router of two processes', () => {
  const stack = useStack(useStores());
  const settings = { INSTANCES: '2', RECEIVE_TIMEOUT: '2s' };

  async function startRouter(): Promise<Service> {
    const router = await stack.startService('router', settings);
    onTestFinished(() => router.stop());
    return router;
  }

  /** Connects anew for each request, until it is stopped. @returns how often the response was missing, by the code of the error */
  function keepConnecting(router: Service) {
    const agent = new Agent({ keepAlive: false });
    const failures: Record<string, number> = {};
    let answered = 0;
    let isOver = false;
    const send = () =>
      new Promise<void>((resolve) => {
        const failed = ({ code = 'none' }: NodeJS.ErrnoException) => {
          failures[code] = (failures[code] ?? 0) + 1;
          setImmediate(resolve);
        };
        request(`${router.url}/graphql?query={__typename}`, { agent }, (response) => {
          response.resume().once('error', failed).once('end', resolve);
          answered += 1;
        })
          .once('error', failed)
          .end();
      });
    const clients = Array.from({ length: 20 }, async () => {
      while (!isOver) await send();
    });
    return {
      failures,
      answered: () => answered,
      stop: async () => {
        isOver = true;
        await Promise.all(clients);
      },
    };
  }

  it('answers every request that it has accepted a connection for, while it stops', async () => {
    const router = await startRouter();
    const { failures, answered, stop } = keepConnecting(router);
    await waitUntil('some answers', () => answered() > 200);
    router.signal('SIGTERM');
    expect(await router.ended()).toEqual({ code: 0, signal: null });
    await waitUntil('refused connections', () => failures['ECONNREFUSED']);
    await stop();
    expect(Object.keys(failures)).toEqual(['ECONNREFUSED']);
  }, 60_000);

  it('goes on without a failure while one of them is stopped, and starts another one in its place', async () => {
    const router = await startRouter();
    const workers = () => descendantsOf(router.pid).filter(({ parent }) => parent === router.pid);
    const first = workers()[0]!.pid;
    const { failures, answered, stop } = keepConnecting(router);
    await waitUntil('some answers', () => answered() > 100);
    process.kill(first, 'SIGTERM');
    await waitUntil(
      'another one',
      workers,
      (all) => all.length === 2 && all.every(({ pid }) => pid !== first),
    );
    const enough = answered() + 100;
    await waitUntil('more answers', () => answered() > enough);
    await stop();
    expect(failures).toEqual({});
  }, 60_000);

  it('delays one connection when one of them is frozen, and passes it to another one when that ends', async () => {
    const router = await startRouter();
    const [, worker] = descendantsOf(router.pid);
    process.kill(worker!.pid, 'SIGSTOP');
    const get = 'GET /graphql?query={__typename} HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n';
    const connections = await Promise.all(Array.from({ length: 10 }, () => openConnection(router.url, get)));
    const answers = () => connections.flatMap(({ said }) => statusesIn(said));
    await waitUntil('all answers but one', () => answers().length === 9);
    process.kill(worker!.pid, 'SIGKILL');
    await waitUntil('the last answer', () => answers().length === 10);
    expect(new Set(answers())).toEqual(new Set([200]));
  }, 60_000);

  it('refuses a request that does not arrive in time, as one process does', async () => {
    const router = await startRouter();
    const slow = await openConnection(
      router.url,
      'POST /graphql HTTP/1.1\r\nhost: shop\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
    );
    await waitUntil('its refusal', () => slow.isClosed);
    expect(statusesIn(slow.said)).toEqual([408]);
  }, 60_000);

  it('ends with its primary, also when that is killed', async () => {
    const router = await startRouter();
    const all = descendantsOf(router.pid).map(({ pid }) => pid);
    expect(all).toHaveLength(3);
    router.signal('SIGKILL');
    await waitUntil(
      'the end of all',
      () => all.filter((pid) => descendantsOf(pid).length > 0),
      (left) => left.length === 0,
    );
  }, 60_000);

  it('does not start, and says why once, where the port is taken', async () => {
    const router = await startRouter();
    const port = new URL(router.url).port;
    const other = stack.startService('router', { ...settings, PORT: port });
    await expect(other).rejects.toThrow(/ended \(78\).*\n.*EADDRINUSE/s);
  }, 60_000);
});
