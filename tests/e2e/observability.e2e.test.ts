import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { mailedCode } from '../harness/mails.ts';
import type { Service } from '../harness/service.ts';
import { newKey, openSale, purchase } from '../harness/shop.ts';
import { useStack } from '../harness/stack.ts';
import { useStores } from '../harness/stores.ts';
import { waitUntil } from '../harness/wait-until.ts';

const stack = useStack(useStores(), {
  environment: { LOG_LEVEL: 'trace', METRICS: 'on', METRICS_PORT: '0' },
});

const processes = () => [...stack.user, ...stack.product, ...stack.order, ...stack.routers];
const logs = () => processes().map(({ log }) => log);
const isObject = (line: string) => line.startsWith('{');
const linesOf = (log: string) =>
  log
    .split('\n')
    .filter(isObject)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** Prometheus text of a process: a router serves it at a separate port. */
async function metricsOf(service: Service): Promise<string> {
  const listening = linesOf(service.log).find(({ msg, url }) => url && String(msg).startsWith('metrics '))?.[
    'url'
  ];
  const response = await fetch((listening as string | undefined) ?? `${service.url}/metrics`);
  expect(response.status).toBe(200);
  return response.text();
}

/** What the processes of a service have counted between them. */
const metricsOfAll = async (services: readonly Service[]) =>
  (await Promise.all(services.map(metricsOf))).join('\n');

/** Summed over the processes whose text it is; NaN when none of them has it. */
const valueOf = (text: string, series: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith(`${series} `))
    .map((line) => Number(line.slice(series.length + 1)))
    .reduce((sum, value) => (Number.isNaN(sum) ? value : sum + value), NaN);

describe('the logs of all processes, at the lowest level', () => {
  const secret = randomBytes(4).toString('hex');
  const person = {
    email: `mina.kim.${secret}@firstcome.example`,
    password: `correct horse ${secret}`,
    name: `Mina Kim ${secret}`,
    phoneNumber: '+82 10-9876-5432',
    address: { postalCode: '04524', line1: `Sejong-daero ${secret}`, line2: `Apartment ${secret}` },
  };
  const elsewhere = { postalCode: '48058', line1: `Haeundae ${secret}`, line2: `Door ${secret}` };

  it('hold nothing personal and no secret of one who signs up, buys and pays', async () => {
    const { email, password } = person;
    const product = await openSale(stack, { units: 5 });
    await stack.execute(
      'mutation ($email: String!) { requestEmailVerification(input: { email: $email }) { __typename } }',
      { email },
    );
    const verificationCode = await mailedCode(stack.mailFolder, email);
    const signedUp = await stack.execute(
      'mutation ($input: SignUpInput!) { signUp(input: $input) { __typename } }',
      { input: { ...person, verificationCode } },
    );
    expect(signedUp.errors).toBeUndefined();
    const signedIn = await stack.execute(
      `mutation { signIn(input: { email: "${email}", password: "${password}" }) { ... on Session { accessToken refreshToken } } }`,
    );
    const session = signedIn.data!['signIn'] as { accessToken: string; refreshToken: string };
    await stack.execute(
      `mutation { signIn(input: { email: "${email}", password: "not ${password}" }) { __typename } }`,
    );
    await stack.execute('query ($id: ID!) { user(id: $id) { name } }', { id: email }, session.accessToken);
    await stack.execute('mutation ($input: SignInInput!) { signIn(input: $input) { __typename } }', {
      input: { email: { wrong: email }, password },
    });

    const bought = await purchase(stack, product, session.accessToken);
    const prepared = await stack.execute(
      'mutation ($input: PreparePaymentInput!) { preparePayment(input: $input) { __typename ... on PaymentPrepared { order { shippingAddress { line1 } } } } }',
      { input: { orderId: bought.order!.id, shippingAddress: elsewhere } },
      session.accessToken,
    );
    expect(prepared.data).toMatchObject({ preparePayment: { __typename: 'PaymentPrepared' } });
    await stack.execute(
      'mutation ($input: PayInput!) { pay(input: $input) { __typename } }',
      { input: { orderId: bought.order!.id, paymentToken: 'sim_success' } },
      session.accessToken,
    );
    await stack.execute('{ me { name email phoneNumber address { line1 } } }', {}, session.accessToken);

    const secrets = [
      secret,
      person.phoneNumber,
      person.address.postalCode,
      elsewhere.postalCode,
      'sim_success',
      `"${verificationCode}"`,
      session.accessToken,
      session.accessToken.split('.')[1]!,
      session.refreshToken,
    ];
    // Of several processes of a service, one may have got no request.
    await waitUntil('the last answer to be logged', () =>
      [stack.user, stack.product, stack.order, stack.routers].every((services) =>
        services.some(({ log }) => log.includes('answered')),
      ),
    );
    for (const log of logs()) for (const word of secrets) expect(log).not.toContain(word);
  });
});

describe('a request', () => {
  it('leaves one line at the router, and its id in the logs of each process that worked on it', async () => {
    const product = await openSale(stack, { units: 5 });
    const requestId = `test-${newKey()}`;
    const response = await fetch(`${stack.routers[0]!.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${stack.mint.buyer()}`,
        'x-request-id': requestId,
      },
      body: JSON.stringify({
        query: 'mutation BuyIt($input: PurchaseInput!) { purchase(input: $input) { __typename } }',
        variables: { input: { productId: product, quantity: 1, idempotencyKey: newKey() } },
      }),
    });
    expect(response.headers.get('x-request-id')).toBe(requestId);

    const about = (log: string) => linesOf(log).filter((line) => line['requestId'] === requestId);
    const [line, ...more] = await waitUntil(
      'the log line of the router',
      () => about(stack.routers[0]!.log),
      (lines) => lines.length > 0,
    );
    expect(more).toEqual([]);
    expect(line).toMatchObject({
      service: 'router',
      operation: 'Mutation.purchase',
      name: 'BuyIt',
      status: 200,
      outcome: 'OK',
    });
    expect(line!['tookMs']).toBeTypeOf('number');
    const lines = await waitUntil(
      'the log line of the order service',
      () => stack.order.flatMap(({ log }) => about(log)),
      (found) => found.length > 0,
    );
    expect(lines).toMatchObject([{ service: 'order', operation: 'Mutation.purchase', outcome: 'OK' }]);
  });
});

describe('metrics', () => {
  it('count purchases by result, and the work for them', async () => {
    const product = await openSale(stack, { units: 2 });
    for (let i = 0; i < 5; i++) await purchase(stack, product, stack.mint.buyer());

    const [router, order] = [await metricsOfAll(stack.routers), await metricsOfAll(stack.order)];
    const mutation = (outcome: string) =>
      valueOf(order, `firstcome_mutations_total{field="purchase",outcome="${outcome}"}`);
    expect(mutation('PurchaseConfirmed')).toBeGreaterThanOrEqual(2);
    expect(mutation('SoldOut')).toBe(3);
    // Of a series that begins with 1, Prometheus would not see the first.
    expect(mutation('OutcomeUnknown')).toBe(0);
    for (const series of [
      'firstcome_reservations_total{outcome="reserved"}',
      'firstcome_batch_purchases_count',
      'firstcome_batch_duration_seconds_count{outcome="committed"}',
      'firstcome_redis_script_duration_seconds_count{script="reserve"}',
      'firstcome_stock_rebuilds_total{outcome="ready"}',
      'firstcome_subgraph_requests_total{subgraph="product",outcome="OK"}',
    ])
      expect(valueOf(order, series), series).toBeGreaterThan(0);
    for (const series of [
      'firstcome_requests_total{operation="Mutation.purchase",outcome="OK"}',
      'firstcome_request_duration_seconds_count{operation="Mutation.purchase",outcome="PurchaseConfirmed"}',
      'firstcome_request_duration_seconds_count{operation="Mutation.purchase",outcome="SoldOut"}',
      'firstcome_subgraph_requests_total{subgraph="order",outcome="OK"}',
    ])
      expect(valueOf(router, series), series).toBeGreaterThan(0);
    for (const service of processes())
      expect(valueOf(await metricsOf(service), 'nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0);
  });

  it('report that MySQL and Redis agree', async () => {
    const product = await openSale(stack, { units: 7 });
    await purchase(stack, product, stack.mint.buyer());
    const metrics = await waitUntil(
      'the numbers of this sale to be looked at',
      () => metricsOfAll(stack.order),
      (text) => valueOf(text, 'firstcome_stock_units{state="total"}') >= 7,
    );
    expect(valueOf(metrics, 'firstcome_stock_drift_units')).toBe(0);
  });

  it('report whether the stores respond', async () => {
    for (const service of [...stack.user, ...stack.product, ...stack.order]) {
      const metrics = await metricsOf(service);
      for (const check of ['mysql', 'redis'])
        expect(valueOf(metrics, `firstcome_ready{check="${check}"}`), service.name).toBe(1);
    }
  });

  it.each(['grafana/dashboards/firstcome.json', 'prometheus/alerts.yml'])(
    'include every metric that %s uses',
    async (file) => {
      const metrics = await metricsOfAll(processes());
      const text = await readFile(new URL(`../../ops/${file}`, import.meta.url), 'utf8');
      const used = new Set(text.match(/\b(firstcome|nodejs|process)_[a-z0-9_]+(?=[[{)" ])/g));
      expect(used.size).toBeGreaterThan(4);
      for (const name of used) expect(metrics, name).toMatch(new RegExp(`^${name}[ {]`, 'm'));
    },
  );

  it('are called _total if they are counters, and only then', async () => {
    const metrics = await metricsOfAll(processes());
    for (const [, name, type] of metrics.matchAll(/^# TYPE (\S+) (\S+)$/gm))
      expect(name!.endsWith('_total'), name).toBe(type === 'counter');
  });

  it('are not served at the public port', async () => {
    expect((await fetch(`${stack.routers[0]!.url}/metrics`)).status).toBe(404);
  });
});

describe('without METRICS=on', () => {
  it('there are none', async () => {
    const quiet = await stack.startService('product', { METRICS: 'off' });
    expect((await fetch(`${quiet.url}/metrics`)).status).toBe(404);
    await quiet.stop();
  });
});
