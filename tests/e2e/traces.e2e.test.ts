import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { useOtlpReceiver, type ReceivedSpan } from '../harness/otlp-receiver.ts';
import { mailedCode } from '../harness/mails.ts';
import { countAnswers, newKey, openSale, purchase } from '../harness/shop.ts';
import { useStack } from '../harness/stack.ts';
import { useStores } from '../harness/stores.ts';
import { waitUntil } from '../harness/wait-until.ts';

/** All statements of purchases up to the one that takes the units. */
const BATCH = 'BATCH orders order_item holding stock';

const environment: NodeJS.ProcessEnv = { OTEL_BSP_SCHEDULE_DELAY: '100' };
const receiver = useOtlpReceiver(environment);
const stack = useStack(useStores(), { environment });

const spansOf = (traceId: string) => receiver.spans.filter((span) => span.traceId === traceId);
const named = (spans: readonly ReceivedSpan[], name: string) => spans.filter((span) => span.name === name);

/** The names of the children of the only span of this name, as they began. */
function below(spans: readonly ReceivedSpan[], name: string): string[] {
  const [parent, ...more] = named(spans, name);
  expect(more, name).toEqual([]);
  return spans
    .filter(({ parentSpanId }) => parentSpanId === parent!.spanId)
    .sort((a, b) => Number(BigInt(a.startTimeUnixNano) - BigInt(b.startTimeUnixNano)))
    .map((span) => span.name);
}

/** A trace that a client has begun. */
function newTrace() {
  const traceId = randomBytes(16).toString('hex');
  const spanId = randomBytes(8).toString('hex');
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-01` };
}

async function execute(
  url: string,
  traceparent: string,
  query: string,
  variables: object,
  token?: string,
): Promise<{ readonly data: Record<string, unknown> }> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      traceparent,
    },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as { data: Record<string, unknown> };
}

async function buy(
  url: string,
  product: string,
  traceparent: string,
  token: string = stack.mint.buyer(),
  idempotencyKey: string = newKey(),
): Promise<void> {
  const query = 'mutation ($input: PurchaseInput!) { purchase(input: $input) { __typename } }';
  const input = { productId: product, quantity: 1, idempotencyKey };
  expect(await execute(url, traceparent, query, { input }, token)).toEqual({
    data: { purchase: { __typename: 'PurchaseConfirmed' } },
  });
}

describe('a purchase', () => {
  it("is one trace, the client's own, from the router to the script and the transaction", async () => {
    const product = await openSale(stack, { units: 5 });
    const client = newTrace();
    await buy(stack.routers[0]!.url, product, client.traceparent);

    const spans = await waitUntil(
      'all spans of the trace',
      () => spansOf(client.traceId),
      (found) => named(found, 'graphql').length === 1 && named(found, 'mysql transaction').length === 1,
    );
    const path = ['graphql', 'request order', 'Mutation.purchase', 'write', 'mysql transaction'];
    let parent = client.spanId;
    for (const name of path) {
      const [span] = named(spans, name);
      expect(span, name).toMatchObject({ parentSpanId: parent });
      parent = span!.spanId;
    }
    expect(named(spans, 'plan')[0]).toMatchObject({ parentSpanId: named(spans, 'graphql')[0]!.spanId });
    const [reserve] = named(spans, 'reserve');
    expect(named(spans, 'redis reserve')[0]).toMatchObject({ parentSpanId: reserve!.spanId });
    expect(reserve!.attributes).toEqual({ outcome: 'reserved' });
    expect(named(spans, 'graphql')[0]).toMatchObject({
      service: 'router',
      attributes: { 'graphql.operation': 'Mutation.purchase' },
    });
    expect(named(spans, 'Mutation.purchase')[0]).toMatchObject({
      service: 'order',
      attributes: { 'firstcome.purchase': 'PurchaseConfirmed' },
    });
  });

  it('shows each round trip of the transaction and each command that it took, below what they were for', async () => {
    const product = await openSale(stack, { units: 5, purchaseLimit: 2 });
    await buy(stack.routers[0]!.url, product, newTrace().traceparent);
    const client = newTrace();
    await buy(stack.routers[0]!.url, product, client.traceparent);

    const spans = await waitUntil(
      'all spans of the trace',
      () => spansOf(client.traceId),
      (found) => named(found, 'graphql').length === 1 && named(found, 'mysql transaction').length === 1,
    );
    expect(below(spans, 'mysql transaction')).toEqual([
      // All statements in one round trip, each of which needs the one before.
      BATCH,
      'COMMIT',
    ]);
    expect(below(spans, 'redis reserve')).toEqual(['EVALSHA reserve']);
    expect(named(spans, 'COMMIT')[0]).toMatchObject({
      service: 'order',
      attributes: { 'db.system.name': 'mysql', 'db.operation.name': 'COMMIT' },
    });
    expect(named(spans, 'EVALSHA reserve')[0]).toMatchObject({
      service: 'order',
      attributes: { 'db.system.name': 'redis', 'db.stored_procedure.name': 'reserve' },
    });
  });

  it('that shares its transaction with others is linked to it', async () => {
    const product = await openSale(stack, { units: 200 });
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => purchase(stack, product, stack.mint.buyer())),
    );
    expect(countAnswers(answers)).toEqual({ PurchaseConfirmed: 200 });
    await waitUntil('a transaction of several', () =>
      receiver.spans.some(({ name, links }) => name === 'mysql transaction' && (links?.length ?? 0) > 0),
    );
  });

  it('continues its trace behind a router that sends no traces', async () => {
    const product = await openSale(stack, { units: 5 });
    const quiet = await stack.startService('router', { OTEL_EXPORTER_OTLP_ENDPOINT: '' });
    const client = newTrace();
    await buy(quiet.url, product, client.traceparent);
    const spans = await waitUntil(
      'the span of the subgraph',
      () => named(spansOf(client.traceId), 'Mutation.purchase'),
      (found) => found.length === 1,
    );
    expect(spans).toMatchObject([{ service: 'order', parentSpanId: client.spanId }]);
    await quiet.stop();
  });

  it('is not traced where the share is 0, even if the client requests it', async () => {
    const product = await openSale(stack, { units: 5 });
    const sparing = await stack.startService('router', { OTEL_TRACES_SAMPLER_ARG: '0' });
    const [untraced, traced] = [newTrace(), newTrace()];
    await buy(sparing.url, product, untraced.traceparent);
    await buy(stack.routers[0]!.url, product, traced.traceparent);
    await waitUntil('a later trace', () => named(spansOf(traced.traceId), 'graphql').length === 1);
    expect(spansOf(untraced.traceId)).toEqual([]);
    await sparing.stop();
  });
});

describe('a read of a product', () => {
  it('shows the look-up in the cache, and the SELECT after a miss', async () => {
    const product = await createProduct();
    /**
     * @param fields the router caches responses of earlier reads
     * @param last of what the request leads to; it may be under way when the answer is given
     */
    const read = async (fields: string, last: string) => {
      const client = newTrace();
      const query = `query ($id: ID!) { product(id: $id) { ${fields} } }`;
      await execute(stack.routers[0]!.url, client.traceparent, query, { id: product });
      const spans = await waitUntil(
        'all spans of the trace',
        () =>
          spansOf(client.traceId).map((span) => ({ ...span, name: span.name.replace('EVALSHA', 'EVAL') })),
        (found) => ['graphql', 'Query.product', last].every((name) => named(found, name).length === 1),
      );
      return below(spans, 'Query.product');
    };
    expect(await read('name', 'EVAL storeUnderLease')).toEqual([
      'MGET',
      'EVAL readOrLease',
      'SELECT product',
      'EVAL storeUnderLease',
    ]);
    expect(await read('name type', 'MGET')).toEqual(['MGET']);
  });

  /** One that is in no cache yet. @returns its id */
  async function createProduct(): Promise<string> {
    const { data } = await stack.execute(
      `mutation ($input: CreateProductInput!) {
        createProduct(input: $input) { ... on ProductSaved { product { id } } }
      }`,
      { input: { name: 'Lucky box', type: 'GENERAL', price: { amount: 12_000 } } },
      stack.mint.administrator(),
    );
    return (data as { createProduct: { product: { id: string } } }).createProduct.product.id;
  }
});

describe('everything that was sent', () => {
  it('holds nothing personal, no secret and no value of a statement or a command', async () => {
    const secret = randomBytes(6).toString('hex');
    const [email, password] = [`mina.${secret}@firstcome.example`, `correct horse ${secret}`];
    const { url } = stack.routers[0]!;
    const client = newTrace();
    const send = (query: string, variables: object, token?: string) =>
      execute(url, client.traceparent, query, variables, token);

    await send('mutation ($e: String!) { requestEmailVerification(input: { email: $e }) { __typename } }', {
      e: email,
    });
    const verificationCode = await mailedCode(stack.mailFolder, email);
    const signUp = {
      email,
      password,
      name: `Mina ${secret}`,
      phoneNumber: '+82 10-9876-5432',
      verificationCode,
    };
    await send('mutation ($input: SignUpInput!) { signUp(input: $input) { __typename } }', {
      input: { ...signUp, address: { postalCode: '04524', line1: `Sejong-daero ${secret}`, line2: secret } },
    });
    const { data } = await send(
      'mutation ($input: SignInInput!) { signIn(input: $input) { ... on Session { accessToken refreshToken } } }',
      { input: { email, password } },
    );
    const session = data['signIn'] as { accessToken: string; refreshToken: string };
    const product = await openSale(stack, { units: 5 });
    const idempotencyKey = newKey();
    await buy(url, product, client.traceparent, session.accessToken, idempotencyKey);
    await send('{ me { id email name } }', {}, session.accessToken);

    const statements = ['INSERT account', 'SELECT account', 'INSERT session', BATCH, 'COMMIT'];
    await waitUntil(
      'all spans of the trace',
      () => spansOf(client.traceId),
      (found) =>
        named(found, 'graphql').length === 5 && statements.every((name) => named(found, name).length > 0),
    );
    const { sub } = JSON.parse(Buffer.from(session.accessToken.split('.')[1]!, 'base64url').toString()) as {
      sub: string;
    };
    const words = [secret, '@', session.accessToken.split('.')[2]!, session.refreshToken, idempotencyKey];
    for (const word of [...words, signUp.phoneNumber, product, sub, sub.replaceAll('-', '')])
      expect(receiver.text).not.toContain(word);
  });
});
