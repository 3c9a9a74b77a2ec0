import { createHash, randomBytes, randomInt } from 'node:crypto';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { mailedCode } from '../../harness/mails.ts';
import { useOtlpReceiver } from '../../harness/otlp-receiver.ts';
import { openSale, purchase } from '../../harness/shop.ts';
import { useStack } from '../../harness/stack.ts';
import { useStores } from '../../harness/stores.ts';
import { waitUntil } from '../../harness/wait-until.ts';

/** All output is on: logs at the lowest level, a span of each request, metrics, documents that are not known. */
const environment: NodeJS.ProcessEnv = {
  OTEL_BSP_SCHEDULE_DELAY: '100',
  LOG_LEVEL: 'trace',
  METRICS: 'on',
  METRICS_PORT: '0',
  PERSISTED_OPERATIONS: 'log',
  TRUSTED_PROXIES: '1',
};
const receiver = useOtlpReceiver(environment);
const stores = useStores();
const stack = useStack(stores, { environment });

const secret = randomBytes(4).toString('hex');
const address = `10.${randomInt(256)}.${randomInt(256)}.${randomInt(1, 255)}`;
const person = {
  email: `mina.kim.${secret}@firstcome.example`,
  password: `correct horse ${secret}`,
  name: `Mina Kim ${secret}`,
  phoneNumber: `+82 10-${randomInt(1_000, 10_000)}-5432`,
  address: { postalCode: '04524', line1: `Sejong-daero ${secret}`, line2: `Apartment ${secret}` },
};
const elsewhere = { postalCode: '48058', line1: `Haeundae ${secret}`, line2: `Door ${secret}` };

interface Sent {
  readonly token?: string | undefined;
  readonly extensions?: object;
  readonly headers?: Record<string, string>;
}

/** From the address of this user flow, and recorded like every request of the harness. */
async function send(query: string, variables: object = {}, { token, extensions, headers }: Sent = {}) {
  stack.leaks.values.addRequest(query, variables, token);
  const response = await fetch(`${stack.routers[0]!.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-forwarded-for': address,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify({ query, variables, extensions }),
  });
  const body = (await response.json()) as { data?: Record<string, unknown> | null; errors?: unknown[] };
  stack.leaks.noteAnswer(body);
  return { status: response.status, ...body };
}

const operation = (field: string, input: string, answer = '') =>
  `mutation ($input: ${input}!) { ${field}(input: $input) { __typename ... on Error { message } ${answer} } }`;
const SIGN_UP = operation('signUp', 'SignUpInput', '... on InvalidInput { problems { path message } }');
const SIGN_IN = operation('signIn', 'SignInInput', '... on Session { accessToken refreshToken }');
const REQUEST = operation('requestEmailVerification', 'RequestEmailVerificationInput');
const REFRESH = operation(
  'refreshSession',
  'RefreshSessionInput',
  '... on Session { accessToken refreshToken }',
);
const CHANGE = operation('changePassword', 'ChangePasswordInput');
const UPDATE = operation(
  'updateProfile',
  'UpdateProfileInput',
  '... on InvalidInput { problems { path message } }',
);
const PREPARE = operation(
  'preparePayment',
  'PreparePaymentInput',
  '... on InvalidInput { problems { path message } }',
);
const PAY = operation('pay', 'PayInput');

const typeOf = (reply: { data?: Record<string, unknown> | null }) =>
  (Object.values(reply.data ?? {})[0] as { __typename?: string } | undefined)?.__typename;

describe('a person who signs up, buys and pays, with everything that can go wrong', () => {
  it('leaves no secret and nothing personal in logs, traces, errors, metrics and stores', async () => {
    stack.leaks.values.add('client address', address);
    const { email, password } = person;

    // Signing up: bad input of every kind, a wrong code, the right one, once more.
    expect(typeOf(await send(REQUEST, { input: { email } }))).toBe('VerificationRequested');
    const verificationCode = await mailedCode(stack.mailFolder, email);
    const signUp = { ...person, verificationCode };
    const wrong: object[] = [
      { ...signUp, email: `${secret} is no address` },
      { ...signUp, password: secret },
      { ...signUp, phoneNumber: `phone ${secret}` },
      { ...signUp, name: `${person.name}\0` },
      { ...signUp, name: person.name.repeat(10) },
      { ...signUp, address: { ...person.address, postalCode: `${secret}${secret}${secret}` } },
    ];
    for (const input of wrong) expect(typeOf(await send(SIGN_UP, { input }))).toBe('InvalidInput');
    const otherCode = String((Number(verificationCode) + 1) % 1_000_000).padStart(6, '0');
    const withWrongCode = await send(SIGN_UP, { input: { ...signUp, verificationCode: otherCode } });
    expect(typeOf(withWrongCode)).toBe('InvalidVerificationCode');
    expect((await send(SIGN_UP, { input: signUp })).errors).toBeUndefined();
    expect(typeOf(await send(SIGN_UP, { input: signUp }))).toBe('InvalidVerificationCode');
    expect(typeOf(await send(REQUEST, { input: { email } }))).toBe('VerificationRequested');

    // Values where they do not belong.
    for (const input of [
      { email: { wrong: email }, password },
      { email: [email], password: 1 },
      { email, password: null },
      { email },
      { email, password, [password]: password },
      password,
    ])
      expect((await send(SIGN_IN, { input })).status).toBe(400);
    for (const document of [
      `mutation { signIn(input: { email: "${email}", password: ${secret} }) { __typename } }`,
      `mutation { signIn(input: { email: "${email}", password: "a" ${secret} "}) { __typename } }`,
      `mutation { signIn(input: { email: "${email}", word: "${password}" }) { __typename } }`,
      `{ products(first: "${password}") { totalCount } }`,
    ])
      expect((await send(document)).status).toBe(400);

    // Signing in: a wrong password, literals, literals named by their hash.
    expect(typeOf(await send(SIGN_IN, { input: { email, password: `not ${password}` } }))).toBe(
      'InvalidCredentials',
    );
    const literals = `mutation Enter { signIn(input: { email: "${email}", password: "${password}" }) { __typename ... on Session { accessToken refreshToken } } }`;
    const extensions = {
      persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(literals).digest('hex') },
    };
    const signedIn = await send(literals, {}, { extensions });
    const first = signedIn.data!['signIn'] as { accessToken: string; refreshToken: string };
    const keptQuery = 'query Kept { serverTime }';
    const hash = createHash('sha256').update(keptQuery).digest('hex');
    await send(keptQuery, {}, { extensions: { persistedQuery: { version: 1, sha256Hash: hash } } });

    // Sessions: refreshed, refreshed with a used token, tokens in odd places.
    const refreshed = await send(REFRESH, { input: { refreshToken: first.refreshToken } });
    expect(typeOf(refreshed)).toBe('Session');
    const { refreshToken } = refreshed.data!['refreshSession'] as typeof first;
    expect(typeOf(await send(REFRESH, { input: { refreshToken } }))).toBe('Session');
    expect(typeOf(await send(REFRESH, { input: { refreshToken: first.refreshToken } }))).toBe(
      'InvalidRefreshToken',
    );
    expect(typeOf(await send(REFRESH, { input: { refreshToken: first.accessToken } }))).toBe(
      'InvalidRefreshToken',
    );
    const session = (await send(SIGN_IN, { input: { email, password } })).data!['signIn'] as typeof first;
    const token = session.accessToken;
    expect((await send('{ me { id } }', {}, { token: `${token}x` })).status).toBe(401);
    expect((await send('{ me { id } }', {}, { token: session.refreshToken })).status).toBe(401);
    await send('query ($id: ID!) { product(id: $id) { id } }', { id: token }, { token });
    await send('query ($id: ID!) { order(id: $id) { id } }', { id: email }, { token });
    await send('query ($id: ID!) { user(id: $id) { name } }', { id: email }, { token });
    await send('query ($f: ProductFilter) { products(filter: $f) { totalCount } }', { f: { search: email } });
    await send('{ serverTime }', {}, { headers: { 'x-request-timeout': token, traceparent: token } });
    await fetch(`${stack.routers[0]!.url}/${email}/${token}?token=${token}`);

    // The profile and the password.
    for (const input of [
      { name: `New ${person.name}` },
      { phoneNumber: `no ${secret}` },
      { address: elsewhere },
    ])
      await send(UPDATE, { input }, { token });
    expect(
      (await send('{ me { name email phoneNumber address { line1 } } }', {}, { token })).data,
    ).toMatchObject({
      me: { email },
    });
    const newPassword = `another horse ${secret}`;
    for (const input of [
      { currentPassword: `not ${password}`, newPassword },
      { currentPassword: password, newPassword: secret },
      { currentPassword: password, newPassword },
    ])
      await send(CHANGE, { input }, { token });

    // Buying, an address, paying.
    const product = await openSale(stack, { units: 5 });
    const bought = await purchase(stack, product, token);
    const orderId = bought.order!.id;
    const badAddress = { ...elsewhere, line1: `${elsewhere.line1}\0` };
    expect(typeOf(await send(PREPARE, { input: { orderId, shippingAddress: badAddress } }, { token }))).toBe(
      'InvalidInput',
    );
    expect(typeOf(await send(PREPARE, { input: { orderId, shippingAddress: elsewhere } }, { token }))).toBe(
      'PaymentPrepared',
    );
    for (const paymentToken of [`tok_${secret}`, 'sim_declined', 'sim_timeout'])
      await send(PAY, { input: { orderId, paymentToken } }, { token });
    await send('mutation { signOut { __typename } }', {}, { token });

    await waitUntil('the last spans', () =>
      receiver.spans.some(({ attributes }) => attributes['graphql.operation'] === 'Mutation.signOut'),
    );
    const redis = new Redis(stores.redisUrl);
    await waitUntil('the good document to be kept', () =>
      redis.exists(`${stores.redisPrefix}document:${hash}`),
    );
    redis.disconnect();

    // The values of this user flow are among those that are searched for; planted-values.integration.test.ts shows that they would be found.
    expect(stack.leaks.values.size).toBeGreaterThan(40);
    await stack.leaks.beforeStop('/nowhere');
    expect(await stack.leaks.find()).toEqual([]);
  });
});
