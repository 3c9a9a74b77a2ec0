import { describe, expect, it } from 'vitest';
import { useComposeStores } from '../harness/compose-stores.ts';
import { EventStream } from '../harness/event-stream.ts';
import { mailedCode } from '../harness/mails.ts';
import { newKey, openSale, purchase, readStock } from '../harness/shop.ts';
import { useStack } from '../harness/stack.ts';
import { waitUntil } from '../harness/wait-until.ts';
import { mysqlRefusals, redisRefusals } from './areas/store-refusals.ts';
import { executeMysql, executeRedis, MYSQL_REFUSAL, REDIS_REFUSAL } from './store-attempts.ts';

const stores = useComposeStores();
const stack = useStack(stores, { environment: { PAYMENT_TIMEOUT: '3s', SWEEP_EVERY: '100ms' } });

const ADDRESS = { postalCode: '04524', line1: '110 Sejong-daero' };
const SESSION = '__typename ... on Session { accessToken }';

async function send(mutation: string, type: string, input: object, token?: string, answer = '__typename') {
  const reply = await stack.execute(
    `mutation ($input: ${type}!) { ${mutation}(input: $input) { ${answer} } }`,
    { input },
    token,
  );
  return (reply.data?.[mutation] ?? reply) as Record<string, string>;
}

const statusOf = async (token: string) => (await stack.execute('{ me { id } }', {}, token)).status;

const orderBecomes = (id: string, status: string, token: string) =>
  waitUntil(
    `the order to be ${status}`,
    async () => (await stack.execute('query ($id: ID!) { order(id: $id) { status } }', { id }, token)).data,
    (data) => (data?.['order'] as { status: string }).status === status,
  );

describe('with the accounts of docker-compose.yml', () => {
  it('a buyer signs up, purchases, pays, cancels, lets an order expire, and signs out', async () => {
    const email = 'minji@shop.example';
    const password = 'correct horse battery';
    await send('requestEmailVerification', 'RequestEmailVerificationInput', { email });
    const signedUp = await send(
      'signUp',
      'SignUpInput',
      {
        email,
        verificationCode: await mailedCode(stack.mailFolder, email),
        password,
        name: 'Kim Minji',
        phoneNumber: '+82 10-1234-5678',
        address: ADDRESS,
      },
      undefined,
      SESSION,
    );
    expect(signedUp).toMatchObject({ __typename: 'Session' });
    const signedIn = await send('signIn', 'SignInInput', { email, password }, undefined, SESSION);
    const token = signedIn['accessToken']!;

    const product = await openSale(stack, { units: 3 });
    const stream = await EventStream.open(stack.routers[0]!.url, [product]);
    const seen = (remaining: number) =>
      waitUntil(
        `${remaining} to remain`,
        () => stream.last?.stock?.remaining,
        (left) => left === remaining,
      );
    await seen(3);

    const paid = (await purchase(stack, product, token)).order!.id;
    await seen(2);
    await send('preparePayment', 'PreparePaymentInput', { orderId: paid, shippingAddress: ADDRESS }, token);
    const payment = { orderId: paid, paymentToken: 'sim_success' };
    expect(await send('pay', 'PayInput', payment, token)).toEqual({ __typename: 'PaymentAccepted' });

    const cancelled = (await purchase(stack, product, token)).order!.id;
    expect(await send('cancelOrder', 'CancelOrderInput', { orderId: cancelled }, token)).toEqual({
      __typename: 'OrderCancelled',
    });
    const left = (await purchase(stack, product, token)).order!.id;
    await orderBecomes(left, 'EXPIRED', token);
    await seen(2);
    stream.close();
    await send('abandonPurchase', 'AbandonPurchaseInput', { idempotencyKey: newKey() }, token);
    await waitUntil(
      'nothing to stay reserved',
      () => readStock(stack, product),
      ({ sold, reserved }) => sold === 1 && reserved === 0,
    );

    const signedOut = await stack.execute('mutation { signOut { __typename } }', {}, token);
    expect(signedOut.data).toEqual({ signOut: { __typename: 'SignedOut' } });
    await waitUntil(
      'the access token to stop working',
      () => statusOf(token),
      (status) => status === 401,
    );
  });
});

describe('MySQL refuses', () => {
  for (const { service, title, statement } of mysqlRefusals('firstcome'))
    it(`${service} ${title}`, async () => {
      expect(await executeMysql(stores.accounts.mysql[service], statement)).toMatch(MYSQL_REFUSAL);
    });
});

describe('Redis refuses', () => {
  for (const { service, title, command } of redisRefusals(stores.redisPrefix))
    it(`${service} ${title}`, async () => {
      expect(await executeRedis(stores.accounts.redis[service], command)).toMatch(REDIS_REFUSAL);
    });

  it('anything without an account', async () => {
    expect(await executeRedis(stores.redisUrl, ['GET', 'firstcome:job:reaper'])).toMatch(/^NOAUTH/);
  });
});
