import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { waitUntil } from '../../tests/harness/wait-until.ts';
import type { Identity } from '../identity/identity.ts';
import { createSubgraphClient, type SubgraphClient } from './client.ts';
import { json } from '../http/server.ts';
import { startInstance, type Answering, type LoopbackInstance } from './testing/service-on-loopback.ts';

const NOBODY: Identity = { caller: null, requestId: 'a-request', patienceMs: null };
const READ = { query: '{ ok }' };
const MUTATION = { query: 'mutation { ok }' };

/** The name that all instances share; a test changes what it stands for. */
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

const ask = (client: SubgraphClient, operation = READ, deadlineMs = 5_000) =>
  client.send(operation, NOBODY, deadlineMs);

async function askTimes(count: number, client: SubgraphClient, operation = READ): Promise<void> {
  for (let n = 0; n < count; n++) expect(await ask(client, operation)).toEqual({ data: { ok: true } });
}

async function startShop(...answers: Answering[]) {
  const instances: LoopbackInstance[] = [];
  for (const [n, answer] of answers.entries())
    instances.push(await startInstance(`127.0.0.${n + 2}`, instances[0]?.port, answer));
  const name = new Name();
  name.addresses = instances.map(({ address }) => address);
  const { port } = instances[0]!;
  return { instances, name, port, client: clientOf(name, port) };
}

const OK: Answering = () => json(200, { data: { ok: true } });
const HANGS: Answering = () => new Promise(() => undefined);

const askedOf = (instances: readonly LoopbackInstance[]) => instances.map(({ asked }) => asked.length);

/** Asks until this one has been asked again. */
const untilAsked = (instance: LoopbackInstance, client: SubgraphClient) => {
  const before = instance.asked.length;
  return waitUntil(`${instance.address} to be asked`, async () => {
    await askTimes(1, client);
    return instance.asked.length > before;
  });
};

// Elsewhere only 127.0.0.1 is there from the start.
describe.runIf(process.platform === 'linux')('a service of several instances under one name', () => {
  it('is asked at all of its addresses, by its own name', async () => {
    const { instances, client, port } = await startShop(OK, OK, OK);
    await askTimes(9, client);
    expect(askedOf(instances)).toEqual([3, 3, 3]);
    expect(instances[2]!.asked[0]).toBe(`shop.test:${port}`);
  });

  it('is asked by its own name in TLS, too', async () => {
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
    await expect(ask(client)).rejects.toThrow();
    expect(await hello).toContain('shop.test');
  });

  it('gets its requests at the instance that has the fewest under way', async () => {
    const { instances, client } = await startShop(HANGS, OK);
    const hanging = ask(client, READ, 300).catch(() => undefined);
    await waitUntil('the first to hang', () => instances[0]!.asked.length === 1);
    await askTimes(5, client);
    expect(askedOf(instances)).toEqual([1, 5]);
    await hanging;
  });

  it('is found anew while it runs: what comes is asked, once it is ready', async () => {
    const { instances, client, name, port } = await startShop(OK);
    await askTimes(1, client);
    const second = await startInstance('127.0.0.9', port);
    second.isReady = false;
    name.addresses = [...name.addresses, second.address];
    await waitUntil('some looks', async () => {
      await askTimes(1, client);
      return instances[0]!.asked.length > 20;
    });
    expect(second.asked).toEqual([]);
    second.isReady = true;
    await untilAsked(second, client);
  });

  it('is asked no more where it is gone, and what was under way there is answered', async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow: Answering = async (request) => {
      await released;
      return OK(request);
    };
    const { instances, client, name } = await startShop(slow, OK);
    const underWay = ask(client, MUTATION);
    await waitUntil('the request to arrive', () => instances[0]!.asked.length === 1);
    name.addresses = ['127.0.0.3'];
    await waitUntil('a look', async () => {
      await askTimes(1, client);
      return instances[1]!.asked.length > 10;
    });
    expect(instances[0]!.asked.length).toBe(1);
    release();
    expect(await underWay).toEqual({ data: { ok: true } });
  });

  it('keeps its last addresses while the name cannot be looked up', async () => {
    const { client, name } = await startShop(OK);
    await askTimes(1, client);
    name.isKnown = false;
    await askTimes(20, client);
  });

  it('is UNAVAILABLE while nobody knows the name, and there as soon as somebody does', async () => {
    const { address, port } = await startInstance('127.0.0.2');
    const name = new Name();
    name.isKnown = false;
    const client = clientOf(name, port);
    await expect(ask(client)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(client.assertReady()).rejects.toThrow();
    Object.assign(name, { isKnown: true, addresses: [address] });
    await askTimes(1, client);
    await client.assertReady();
  });
});

describe.runIf(process.platform === 'linux')('an instance that fails', () => {
  it('by refusing is left out until it is ready again, and nobody notices', async () => {
    const { instances, client, port } = await startShop(OK, OK);
    await instances[1]!.close(0);
    await askTimes(10, client, MUTATION);
    expect(instances[0]!.asked.length).toBe(10);

    const again = await startInstance('127.0.0.3', port);
    again.isReady = false;
    await askTimes(10, client);
    expect(again.asked).toEqual([]);
    again.isReady = true;
    await untilAsked(again, client);
  });

  it('by breaking off costs a mutation its answer, which is never asked elsewhere', async () => {
    const { instances, client } = await startShop(HANGS, OK);
    const cut = ask(client, MUTATION);
    await waitUntil('the request to arrive', () => instances[0]!.asked.length === 1);
    await Promise.all([expect(cut).rejects.toMatchObject({ code: 'TIMEOUT' }), instances[0]!.close(0)]);
    expect(instances[1]!.asked).toEqual([]);
    await askTimes(5, client, MUTATION);
  });

  it('by breaking off costs a read nothing: another one is asked, once', async () => {
    const { instances, client } = await startShop(HANGS, HANGS, OK);
    const cut = ask(client);
    await waitUntil('the request to arrive', () => instances[0]!.asked.length === 1);
    await instances[0]!.close(0);
    await waitUntil('the second to be asked', () => instances[1]!.asked.length === 1);
    await Promise.all([expect(cut).rejects.toMatchObject({ code: 'TIMEOUT' }), instances[1]!.close(0)]);
    expect(instances[2]!.asked).toEqual([]);
    await askTimes(1, client);
  });

  it('by saying nothing is left out, though it accepts connections, until it is ready', async () => {
    let isFrozen = true;
    const frozen: Answering = (request) => (isFrozen ? HANGS(request) : OK(request));
    const { instances, client } = await startShop(frozen, OK);
    instances[0]!.isReady = false;
    await expect(ask(client, READ, 1_100)).rejects.toMatchObject({ code: 'TIMEOUT' });
    await askTimes(10, client);
    expect(instances[0]!.asked.length).toBe(1);
    isFrozen = false;
    instances[0]!.isReady = true;
    await untilAsked(instances[0]!, client);
  });

  it('is not blamed for a caller who has little patience', async () => {
    let isSlow = true;
    const slow: Answering = (request) => (isSlow ? HANGS(request) : OK(request));
    const { instances, client } = await startShop(slow, OK);
    await expect(ask(client, READ, 100)).rejects.toMatchObject({ code: 'TIMEOUT' });
    isSlow = false;
    await askTimes(4, client);
    expect(askedOf(instances)).toEqual([3, 2]);
  });

  it('is tried all the same when there is no other', async () => {
    const { instances, client, port } = await startShop(OK);
    await askTimes(1, client);
    await instances[0]!.close(0);
    for (let n = 0; n < 5; n++)
      await expect(ask(client, MUTATION)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await startInstance('127.0.0.2', port);
    await askTimes(1, client, MUTATION);
  });
});

describe.runIf(process.platform === 'linux')('an instance that is stopped in order under load', () => {
  it('costs no request, mutations included', async () => {
    const { instances, client } = await startShop(OK, OK);
    let isOver = false;
    const load = Array.from({ length: 20 }, async () => {
      while (!isOver) await askTimes(1, client, MUTATION);
    });
    await waitUntil('load on both', () => instances.every(({ asked }) => asked.length > 100));
    instances[0]!.announceEnd();
    await instances[0]!.close();
    isOver = true;
    await Promise.all(load);
  });
});
