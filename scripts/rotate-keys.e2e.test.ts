import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Service } from '../tests/harness/service.ts';
import { newKey, openSale } from '../tests/harness/shop.ts';
import { useStack } from '../tests/harness/stack.ts';
import { useStores } from '../tests/harness/stores.ts';
import { waitUntil } from '../tests/harness/wait-until.ts';

const stack = useStack(useStores(), {
  processes: { user: 2, product: 1, order: 2, router: 1 },
  environment: { RATE_LIMITS: 'off' },
});

type Secrets = Record<'SIGNING_KEYS' | 'ENCRYPTION_KEYS', string>;

interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(what: string, step: string, secrets: Partial<Secrets>): Promise<Ended> {
  const args = ['dist/scripts/rotate-keys.js', what, step];
  const env = { PATH: process.env['PATH'], NODE_ENV: 'production', ...secrets };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { env }, (_error, stdout, stderr) =>
      resolve({ status: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

/** One step for both secrets, as an operator makes it. */
async function makeStep(step: 'add' | 'use', { SIGNING_KEYS, ENCRYPTION_KEYS }: Secrets): Promise<Secrets> {
  const valueOf = ({ stdout }: Ended) => /^[A-Z_]+='(.*)'\n$/.exec(stdout)![1]!;
  const [signing, encryption] = await Promise.all([
    run('signing', step, { SIGNING_KEYS }),
    run('encryption', step, { ENCRYPTION_KEYS }),
  ]);
  return { SIGNING_KEYS: valueOf(signing), ENCRYPTION_KEYS: valueOf(encryption) };
}

const keyIdOf = (token: string) =>
  (JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()) as { kid: string }).kid;
const signingKeyOf = ({ SIGNING_KEYS }: Secrets) =>
  (JSON.parse(SIGNING_KEYS) as { keys: [{ kid: string }] }).keys[0].kid;

interface SignedIn {
  readonly accessToken: string;
  readonly user: { readonly id: string };
}

async function signIn(): Promise<SignedIn> {
  const { data } = await stack.execute(
    'mutation { signIn(input: { email: "buyer@firstcome.example", password: "firstcome-buyer" }) { ... on Session { accessToken user { id } } } }',
  );
  return data?.['signIn'] as SignedIn;
}

const PURCHASE = `mutation ($input: PurchaseInput!) {
  purchase(input: $input) { __typename ... on PurchaseConfirmed { order { id } } }
}`;

/** Writes the address of the profile to the order. */
const PREPARE = `mutation ($id: ID!) { preparePayment(input: { orderId: $id }) { __typename } }`;

let stopTraffic = (): void => undefined;
afterEach(() => stopTraffic());

/** A buyer who signs in, is read, changes the name, purchases, and reads addresses, also by a token of the first key. */
function keepShopping(product: string) {
  const keyIds = new Set<string>();
  const orders: string[] = [];
  const failures: string[] = [];
  let rounds = 0;
  let isOver = false;
  stopTraffic = () => {
    isOver = true;
  };
  const execute = async (query: string, variables: object, token: string) => {
    const { status, data, errors } = await stack.execute(query, variables, token);
    if (status !== 200 || errors) failures.push(`${status} ${JSON.stringify(errors)} ${query}`);
    return data;
  };

  async function shopOnce(): Promise<void> {
    const { accessToken: fresh, user } = await signIn();
    keyIds.add(keyIdOf(fresh));
    await execute(
      'mutation ($name: String!) { updateProfile(input: { name: $name }) { __typename } }',
      { name: `Name ${rounds}` },
      fresh,
    );
    const bought = await execute(
      PURCHASE,
      { input: { productId: product, idempotencyKey: newKey() } },
      fresh,
    );
    const { id: newest } = (bought?.['purchase'] as { order: { id: string } }).order;
    await execute(PREPARE, { id: newest }, fresh);
    orders.push(newest);
    for (const token of [fresh, stack.mint.buyer(user.id)])
      await execute('{ me { email name address { line1 } } }', {}, token);
    for (const id of [orders[0], ...orders.slice(-4)]) {
      const read = await execute(
        'query ($id: ID!) { order(id: $id) { shippingAddress { line1 } } }',
        { id },
        fresh,
      );
      expect(read).toEqual({ order: { shippingAddress: { line1: 'Not given' } } });
    }
    rounds += 1;
  }

  // Several, so that requests meet every combination of processes: the router distributes them in turn.
  const shoppers = Array.from({ length: 3 }, async () => {
    while (!isOver) await shopOnce().catch((error: unknown) => failures.push(String(error)));
  });
  return {
    keyIds,
    failures,
    /** Rounds that begin after this was called: enough for every process to read what the others have written. */
    metEveryProcess: () => {
      const enough = rounds + 8;
      return waitUntil('shopping to go on', () => rounds >= enough || failures.length > 0);
    },
    stop: async () => {
      stopTraffic();
      await Promise.all(shoppers);
    },
  };
}

/** SIGTERM, wait for the end, start again at the same place with other secrets, wait until it gets requests again. */
async function restart(services: Service[], index: number, secrets: Secrets): Promise<void> {
  const { name, url } = services[index]!;
  await services[index]!.stop();
  const port = { [name === 'user' ? 'USER_PORT' : 'ORDER_PORT']: new URL(url).port };
  const service = await stack.startService(name, { ...secrets, ...port, LOG_LEVEL: 'debug' });
  services[index] = service;
  // The router ejects for a while an instance that did not answer.
  const operation = name === 'user' ? 'Mutation.signIn' : 'Mutation.purchase';
  await waitUntil(`a request of the router to ${name}`, () =>
    service.log.includes(`"operation":"${operation}"`),
  );
}

let secrets: Secrets;

describe('keys are rotated in two steps while old and new processes run side by side', () => {
  it('and at no moment is a token refused or a personal field unreadable', async () => {
    const product = await openSale(stack, { units: 1_000_000 });
    secrets = { SIGNING_KEYS: stack.mint.signingKeys, ENCRYPTION_KEYS: stack.encryptionKeys };
    const before = signingKeyOf(secrets);
    const shopping = keepShopping(product);
    await shopping.metEveryProcess();

    for (const step of ['add', 'use'] as const) {
      secrets = await makeStep(step, secrets);
      // A user and an order process at a time: neither service reads what the other has signed or encrypted.
      for (let index = 0; index < stack.user.length; index++) {
        await Promise.all([stack.user, stack.order].map((services) => restart(services, index, secrets)));
        await shopping.metEveryProcess();
        expect(shopping.failures).toEqual([]);
      }
      expect([...shopping.keyIds]).toEqual(step === 'add' ? [before] : [before, signingKeyOf(secrets)]);
    }
    await shopping.stop();
    expect(shopping.failures).toEqual([]);
  }, 240_000);

  it('the command says what to do next, and a step that was made changes nothing', async () => {
    const added = await makeStep('add', secrets);
    const [addedTwice, usedTwice, help, refused, ...said] = await Promise.all([
      makeStep('add', added),
      makeStep('use', secrets),
      run('signing', '--help', {}),
      run('signing', 'add', { SIGNING_KEYS: 'x'.repeat(40) }),
      ...['signing', 'encryption'].flatMap((what) => [run(what, 'add', added), run(what, 'use', secrets)]),
    ]);
    for (const [i, next] of ['use', 'add', 'use', 'add'].entries())
      expect(said[i]!.stderr).toMatch(new RegExp(`nothing is changed[^]*keys:rotate -- \\w+ ${next}`));
    expect(addedTwice).toEqual(added);
    expect(usedTwice).toEqual(secrets);
    expect(help.stdout).toContain('npm run keys:rotate');
    expect(refused).toMatchObject({ status: 1, stdout: '' });
  });
});

describe('a flood of tokens under made-up keys', () => {
  it('delays a new key by a few seconds at the most, and costs the issuer a bounded number of requests', async () => {
    let fetches = 0;
    const keys = createServer((_request, response) => {
      fetches += 1;
      fetch(`${stack.user[0]!.url}/.well-known/jwks.json`)
        .then(async (answer) => response.end(await answer.text()))
        .catch(() => response.destroy());
    });
    await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void keys.close());
    const router = await stack.startService('router', {
      JWKS_URL: `http://127.0.0.1:${(keys.address() as AddressInfo).port}/`,
    });
    onTestFinished(() => router.stop());
    const statusOf = async (token: string) =>
      (await stack.executeAt(router.url, '{ me { id } }', {}, token)).status;
    expect(await statusOf((await signIn()).accessToken)).toBe(200);

    const begun = performance.now();
    let sent = 0;
    let isOver = false;
    const flood = Promise.all(
      Array.from({ length: 8 }, async () => {
        while (!isOver) expect(await statusOf(stack.mint.mint({}, { kid: `made-up-${sent++}` }))).toBe(401);
      }),
    );
    await waitUntil('the flood to rise', () => sent > 200);
    // Both steps at one time, so that the key signs before this router could have heard of it.
    secrets = await makeStep('use', await makeStep('add', secrets));
    const restarted = restart(stack.user, 0, secrets);
    const { accessToken } = await waitUntil(
      'the new key to sign',
      signIn,
      (session) => keyIdOf(session.accessToken) === signingKeyOf(secrets),
    );
    const signedAt = performance.now();
    await restarted;
    await waitUntil(
      'the token to be good',
      () => statusOf(accessToken),
      (status) => status === 200,
    );
    const waitedMs = performance.now() - signedAt;
    isOver = true;
    await flood;

    expect(waitedMs).toBeLessThan(5_000);
    const seconds = (performance.now() - begun) / 1_000;
    expect(sent).toBeGreaterThan(200);
    // The first, a handful at once, one in three seconds, one a minute.
    expect(fetches).toBeLessThanOrEqual(1 + 5 + Math.ceil(seconds / 3) + Math.ceil(seconds / 60));
  });
});
