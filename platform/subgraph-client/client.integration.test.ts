import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { waitUntil } from '../../tests/harness/wait-until.ts';
import type { Identity } from '../identity/identity.ts';
import { createSubgraphClient, type SubgraphClient } from './client.ts';
import { json } from '../http/server.ts';
import { startInstance, type Responder, type LoopbackInstance } from './testing/service-on-loopback.ts';

const ANONYMOUS: Identity = { caller: null, requestId: 'a-request', remainingMs: null };
const READ = { query: '{ ok }' };
const MUTATION = { query: 'mutation { ok }' };

/** The host name that all instances share; a test changes its addresses. */
class Name {
  addresses: readonly string[] = [];
  isKnown = true;

  readonly resolve = async (): Promise<readonly string[]> => {
    if (!this.isKnown)
      throw Object.assign(new Error('getaddrinfo ENOTFOUND shop.test'), { code: 'ENOTFOUND' });
    return this.addresses;
  };
}

function clientOf(name: Name, port: number): SubgraphClient {
  const client = createSubgraphClient({
    urls: [`http://shop.test:${port}/graphql`],
    subgraph: 'shop',
    identitySecret: 'a secret of the tests',
    discoveryRefreshMs: 20,
    resolve: name.resolve,
  });
  onTestFinished(() => client.close());
  return client;
}

const send = (client: SubgraphClient, operation = READ, deadlineMs = 5_000) =>
  client.send(operation, ANONYMOUS, deadlineMs);

async function sendTimes(count: number, client: SubgraphClient, operation = READ): Promise<void> {
  for (let n = 0; n < count; n++) expect(await send(client, operation)).toEqual({ data: { ok: true } });
}

async function startShop(...answers: Responder[]) {
  const instances: LoopbackInstance[] = [];
  for (const [n, answer] of answers.entries())
    instances.push(await startInstance(`127.0.0.${n + 2}`, instances[0]?.port, answer));
  const name = new Name();
  name.addresses = instances.map(({ address }) => address);
  const { port } = instances[0]!;
  return { instances, name, port, client: clientOf(name, port) };
}

const OK: Responder = () => json(200, { data: { ok: true } });
const HANGS: Responder = () => new Promise(() => undefined);

const receivedBy = (instances: readonly LoopbackInstance[]) =>
  instances.map(({ received }) => received.length);

/** Sends requests until this instance has received one. */
const untilReceivedBy = (instance: LoopbackInstance, client: SubgraphClient) => {
  const before = instance.received.length;
  return waitUntil(`${instance.address} to receive a request`, async () => {
    await sendTimes(1, client);
    return instance.received.length > before;
  });
};

// Elsewhere only 127.0.0.1 is there from the start.
describe.runIf(process.platform === 'linux')('a service of several instances under one name', () => {
  it('gets requests at all of its addresses, under its own name', async () => {
    const { instances, client, port } = await startShop(OK, OK, OK);
    await sendTimes(9, client);
    expect(receivedBy(instances)).toEqual([3, 3, 3]);
    expect(instances[2]!.received[0]).toBe(`shop.test:${port}`);
  });

  it('has its own name in TLS, too', async () => {
    const server = createServer().listen(0, '127.0.0.2');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const name = new Name();
    name.addresses = ['127.0.0.2'];
    const client = createSubgraphClient({
      urls: [`https://shop.test:${(server.address() as AddressInfo).port}/graphql`],
      subgraph: 'shop',
      identitySecret: 'a secret of the tests',
      resolve: name.resolve,
    });
    onTestFinished(() => client.close());

    const hello = new Promise<string>((resolve) => {
      server.once('connection', (socket) => {
        socket.on('error', () => undefined);
        socket.once('data', (data) => {
          resolve(data.toString('latin1'));
          socket.destroy();
        });
      });
    });
    await expect(send(client)).rejects.toThrow();
    expect(await hello).toContain('shop.test');
  });

  it('gets requests at the instance with the fewest in progress', async () => {
    const { instances, client } = await startShop(HANGS, OK);
    const hanging = send(client, READ, 300).catch(() => undefined);
    await waitUntil('the first to hang', () => instances[0]!.received.length === 1);
    await sendTimes(5, client);
    expect(receivedBy(instances)).toEqual([1, 5]);
    await hanging;
  });

  it('is discovered while it runs: a new instance gets requests once it is ready', async () => {
    const { instances, client, name, port } = await startShop(OK);
    await sendTimes(1, client);
    const second = await startInstance('127.0.0.9', port);
    second.isReady = false;
    name.addresses = [...name.addresses, second.address];
    await waitUntil('some refreshes', async () => {
      await sendTimes(1, client);
      return instances[0]!.received.length > 20;
    });
    expect(second.received).toEqual([]);
    second.isReady = true;
    await untilReceivedBy(second, client);
  });

  it('gets no requests at a removed instance, whose requests in progress complete', async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow: Responder = async (request) => {
      await released;
      return OK(request);
    };
    const { instances, client, name } = await startShop(slow, OK);
    const inProgress = send(client, MUTATION);
    await waitUntil('the request to arrive', () => instances[0]!.received.length === 1);
    name.addresses = ['127.0.0.3'];
    await waitUntil('a refresh', async () => {
      await sendTimes(1, client);
      return instances[1]!.received.length > 10;
    });
    expect(instances[0]!.received.length).toBe(1);
    release();
    expect(await inProgress).toEqual({ data: { ok: true } });
  });

  it('keeps its last addresses while the name cannot be resolved', async () => {
    const { client, name } = await startShop(OK);
    await sendTimes(1, client);
    name.isKnown = false;
    await sendTimes(20, client);
  });

  it('is UNAVAILABLE while the name cannot be resolved, and available as soon as it can', async () => {
    const { address, port } = await startInstance('127.0.0.2');
    const name = new Name();
    name.isKnown = false;
    const client = clientOf(name, port);
    await expect(send(client)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(client.assertReady()).rejects.toThrow();
    Object.assign(name, { isKnown: true, addresses: [address] });
    await sendTimes(1, client);
    await client.assertReady();
  });
});

describe.runIf(process.platform === 'linux')('an instance that fails', () => {
  it('by refusing connections is ejected until it is ready again, and no request fails', async () => {
    const { instances, client, port } = await startShop(OK, OK);
    await instances[1]!.close(0);
    await sendTimes(10, client, MUTATION);
    expect(instances[0]!.received.length).toBe(10);

    const again = await startInstance('127.0.0.3', port);
    again.isReady = false;
    await sendTimes(10, client);
    expect(again.received).toEqual([]);
    again.isReady = true;
    await untilReceivedBy(again, client);
  });

  it('by breaking off a connection fails a mutation, which is never retried elsewhere', async () => {
    const { instances, client } = await startShop(HANGS, OK);
    const failed = send(client, MUTATION);
    await waitUntil('the request to arrive', () => instances[0]!.received.length === 1);
    await Promise.all([expect(failed).rejects.toMatchObject({ code: 'TIMEOUT' }), instances[0]!.close(0)]);
    expect(instances[1]!.received).toEqual([]);
    await sendTimes(5, client, MUTATION);
  });

  it('by breaking off a connection does not fail a read, which is retried once elsewhere', async () => {
    const { instances, client } = await startShop(HANGS, HANGS, OK);
    const failed = send(client);
    await waitUntil('the request to arrive', () => instances[0]!.received.length === 1);
    await instances[0]!.close(0);
    await waitUntil('the retry to arrive', () => instances[1]!.received.length === 1);
    await Promise.all([expect(failed).rejects.toMatchObject({ code: 'TIMEOUT' }), instances[1]!.close(0)]);
    expect(instances[2]!.received).toEqual([]);
    await sendTimes(1, client);
  });

  it('by not responding is ejected, though it accepts connections, until it is ready', async () => {
    let isFrozen = true;
    const frozen: Responder = (request) => (isFrozen ? HANGS(request) : OK(request));
    const { instances, client } = await startShop(frozen, OK);
    instances[0]!.isReady = false;
    await expect(send(client, READ, 1_100)).rejects.toMatchObject({ code: 'TIMEOUT' });
    await sendTimes(10, client);
    expect(instances[0]!.received.length).toBe(1);
    isFrozen = false;
    instances[0]!.isReady = true;
    await untilReceivedBy(instances[0]!, client);
  });

  it('is not ejected because of a caller with a short timeout', async () => {
    let isSlow = true;
    const slow: Responder = (request) => (isSlow ? HANGS(request) : OK(request));
    const { instances, client } = await startShop(slow, OK);
    await expect(send(client, READ, 100)).rejects.toMatchObject({ code: 'TIMEOUT' });
    isSlow = false;
    await sendTimes(4, client);
    expect(receivedBy(instances)).toEqual([3, 2]);
  });

  it('is tried although it is ejected where there is no other', async () => {
    const { instances, client, port } = await startShop(OK);
    await sendTimes(1, client);
    await instances[0]!.close(0);
    for (let n = 0; n < 5; n++)
      await expect(send(client, MUTATION)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await startInstance('127.0.0.2', port);
    await sendTimes(1, client, MUTATION);
  });
});

describe.runIf(process.platform === 'linux')('the graceful shutdown of an instance under load', () => {
  it('fails no request, mutations included', async () => {
    const { instances, client } = await startShop(OK, OK);
    let isOver = false;
    const load = Array.from({ length: 20 }, async () => {
      while (!isOver) await sendTimes(1, client, MUTATION);
    });
    await waitUntil('load on both', () => instances.every(({ received }) => received.length > 100));
    instances[0]!.announceEnd();
    await instances[0]!.close();
    isOver = true;
    await Promise.all(load);
  });
});
